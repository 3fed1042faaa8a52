// The list of all adapters.
