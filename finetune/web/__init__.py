"""A run's model as ONNX, and the private chat page: everything that a browser needs, in one folder."""
