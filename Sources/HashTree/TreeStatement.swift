public import CreditModel

/// What an exchange says of an id or a code: of what is nothing is said, nothing is known.
public enum TreeStatement: Hashable, Sendable {
    /// The id stands for itself, and this is the version of its profile.
    case version(String)
    /// The id led to nobody of its own any more: its records belong to this one.
    case movedTo(EnterpriseID)
    /// The code leads to these, in their order; to several where agencies gave it to several.
    case holders([EnterpriseID])

    /// The canonical JSON of which a leaf holds the digest.
    public var bytes: [UInt8] {
        switch self {
        case .version(let version): Array("{\"version\":\"\(version)\"}".utf8)
        case .movedTo(let id): Array("{\"movedTo\":\"\(id)\"}".utf8)
        case .holders(let ids):
            Array("{\"holders\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]}".utf8)
        }
    }

    /// The ids of which an answer speaks next.
    public var leadsTo: [EnterpriseID] {
        switch self {
        case .version: []
        case .movedTo(let id): [id]
        case .holders(let ids): ids
        }
    }
}

extension HashTree {
    /// Where a tree speaks of an id, or of a code in the form in which codes are asked for.
    public func key(of name: String) -> TreeHash { digest(of: Array(name.utf8)) }

    /// The leaf of a place and what is said there.
    public func leaf(_ key: TreeHash, says statement: TreeStatement) -> TreeLeaf {
        TreeLeaf(key: key, value: digest(of: statement.bytes))
    }

    /// The leaf that says something of an id or a code.
    public func leaf(_ name: String, _ statement: TreeStatement) -> TreeLeaf {
        TreeLeaf(key: key(of: name), value: digest(of: statement.bytes))
    }
}
