"""How a model gets its weights: training rows, QLoRA, adapter folders."""
