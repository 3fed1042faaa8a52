import Testing

@Suite("Resolution")
struct ResolutionTests {}
