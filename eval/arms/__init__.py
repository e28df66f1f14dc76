"""The arms that are compared: how a mode makes a prompt and gets its predictions."""
