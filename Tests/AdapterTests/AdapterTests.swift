import Testing

@Suite("Adapter")
struct AdapterTests {}
