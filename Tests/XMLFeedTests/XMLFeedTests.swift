import Testing

@Suite("XMLFeed")
struct XMLFeedTests {}
