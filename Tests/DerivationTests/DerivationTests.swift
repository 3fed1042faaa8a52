import Testing

@Suite("Derivation")
struct DerivationTests {}
