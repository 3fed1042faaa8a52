import Testing

@Suite("FeedTransport")
struct FeedTransportTests {}
