/// A code or registry key by which two records may speak of one enterprise: what the store indexes.
///
/// Sharing one is a reason to look at two records together, not a reason to join them; that is Resolution's.
public enum LinkKey: Hashable, Sendable {
    case pripid(String)
    case code(Code)
}

extension CreditRecord {
    /// The keys of what it says in one role: registry keys, and codes whose form and check hold in their own column.
    ///
    /// A record that speaks of two enterprises must not bring them together, so each role has its own. Test rows have
    /// none, so they meet nobody.
    public func linkKeys(of role: Role) -> [LinkKey] {
        guard !isTest else { return [] }
        var keys: [LinkKey] = []
        for subject in subjects where subject.role == role {
            if let pripid = subject.pripid { keys.append(.pripid(pripid)) }
            for code in subject.codes where code.standing == .valid || code.standing == .unchecked {
                let key = LinkKey.code(code.code)
                if !keys.contains(key) { keys.append(key) }
            }
        }
        return keys
    }
}
