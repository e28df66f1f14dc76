"""What every page and endpoint of ours on this machine is served by: one server, and who may ask it."""
