"""The experiment: records, data sets, modes, the model, metrics, statistics and the verdict."""
