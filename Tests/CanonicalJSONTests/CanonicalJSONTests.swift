import Testing

@Suite("CanonicalJSON")
struct CanonicalJSONTests {}
