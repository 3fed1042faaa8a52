// The adapter of one agency.
