import Testing

@Suite("Store")
struct StoreTests {}
