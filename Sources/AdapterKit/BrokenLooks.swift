import XMLFeed

/// Which broken bytes a source showed: they count when they come again, on whichever page.
public struct BrokenLooks {
    private var seen: Set<RowIdentity> = []
    private var awaited: Set<RowIdentity> = []
    /// Whether some came once only.
    public var awaitsRows: Bool { !awaited.isEmpty }

    /// Nothing was broken yet.
    public init() {}

    /// Notes a page's broken rows and marks those that are new.
    ///
    /// - Returns: the new ones.
    mutating func mark(_ page: inout FeedPage) -> [BrokenRow] {
        let before = seen
        var first: [BrokenRow] = []
        for index in page.items.indices {
            guard case .broken(var row) = page.items[index] else { continue }
            if before.contains(row.identity) {
                awaited.remove(row.identity)
                continue
            }
            seen.insert(row.identity)
            awaited.insert(row.identity)
            row.isFirstLook = true
            page.items[index] = .broken(row)
            first.append(row)
        }
        return first
    }
}
