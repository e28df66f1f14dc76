"""The experiment: records, data sets, modes, the model, metrics, statistics and the verdict."""

import os

# OpenMP's threads spin for milliseconds while they wait for each other. Where others use the machine, the thread that
# still computes is put aside while the one that waits for it burns its own core. Beside a second such program on two
# cores, decoding took 7.3 s after 10,000 turns of spinning, 3.5 s after 1,000, and 1.8 s with the machine to itself;
# there, 1,000 turns cost a tenth of the speed of decoding and a fiftieth of training, and none at all a third. Only
# heard before torch is loaded.
if "OMP_WAIT_POLICY" not in os.environ:
    os.environ.setdefault("GOMP_SPINCOUNT", "1000")
