// The room is laid out in architecture.md; its author fills it.
