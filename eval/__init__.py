"""The experiment: records, data sets, modes, the model, metrics, statistics and the verdict."""

import os

# OpenMP's threads spin for milliseconds while they wait for each other. Where others use the machine, the thread that
# still computes is put aside while the one that waits for it burns its own core: a training step on two busy cores
# took 18.8 s of processor time, and 7.9 s with threads that soon sleep. Threads that sleep at once make decoding on a
# quiet machine 1.5 times slower; after 10,000 turns, some tenths of a millisecond, it is as fast. Only heard before
# torch is loaded.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "10000")
