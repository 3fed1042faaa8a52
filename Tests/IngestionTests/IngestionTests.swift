import Testing

@Suite("Ingestion")
struct IngestionTests {}
