import Testing

@Suite("Signing")
struct SigningTests {}
