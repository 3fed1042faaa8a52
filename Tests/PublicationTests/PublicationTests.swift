import Testing

@Suite("Publication")
struct PublicationTests {}
