"""What tools/make-demo writes the demo's two weeks with. Standard library alone; nothing here reads our Swift."""
