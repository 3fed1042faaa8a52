import Testing

@Suite("Normalisation")
struct NormalisationTests {}
