public import Access

/// Retractions, as clients acknowledge them and the operator looks after them.
///
/// Blocking: never on an event loop.
public struct RetractionDesk: Sendable {
    let store: any WatchStore
    private let clock: @Sendable () -> Int64

    /// - Parameters:
    ///   - store: where retractions are kept.
    ///   - clock: POSIX milliseconds.
    public init(store: any WatchStore, clock: @escaping @Sendable () -> Int64) {
        self.store = store
        self.clock = clock
    }

    /// The client knows, and uses no more what was retracted; said again, it changes nothing.
    /// - Throws: ``AccessError`` `unknown` where the client was never told of it.
    public func acknowledge(_ id: RetractionID, by client: ClientID) throws -> Retraction {
        try store.acknowledge(id, by: client, at: clock())
    }

    /// A client's own retractions.
    public func retractions(_ filter: RetractionFilter, of client: ClientID) throws -> [Retraction] {
        var filter = filter
        filter.client = client
        return try store.retractions(filter)
    }

    /// Every client's: who knows, who does not, and since when.
    public func allRetractions(_ filter: RetractionFilter) throws -> [Retraction] { try store.retractions(filter) }
}
