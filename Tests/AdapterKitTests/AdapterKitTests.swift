import Testing

@Suite("AdapterKit")
struct AdapterKitTests {}
