"""How a question gets its passages: documents, index, retrieval."""
