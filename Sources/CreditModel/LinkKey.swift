/// A code or registry key by which two records may speak of one enterprise: what the store indexes.
///
/// Sharing one is a reason to look at two records together, not a reason to join them; that is Resolution's.
public enum LinkKey: Hashable, Sendable {
    case pripid(String)
    case code(Code)
}

extension CreditRecord {
    /// The keys of every subject: registry keys, and codes whose form and check hold in their own column.
    ///
    /// Test rows have none, so they meet nobody.
    public var linkKeys: [LinkKey] {
        guard !isTest else { return [] }
        var keys: [LinkKey] = []
        for subject in subjects {
            if let pripid = subject.pripid { keys.append(.pripid(pripid)) }
            for code in subject.codes where code.standing == .valid || code.standing == .unchecked {
                let key = LinkKey.code(code.code)
                if !keys.contains(key) { keys.append(key) }
            }
        }
        return keys
    }
}
