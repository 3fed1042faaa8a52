import Testing

@Suite("Architecture")
struct ArchitectureTests {}
