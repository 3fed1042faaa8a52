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
        case .version(let version): Self.versionOpening + Array(version.utf8) + Self.closing
        case .movedTo(let id): Self.movedOpening + Array(id.text.utf8) + Self.closing
        case .holders(let ids):
            Array("{\"holders\":[\(ids.map { "\"\($0)\"" }.joined(separator: ","))]}".utf8)
        }
    }

    /// What stands before a version, and before an id that another moved to.
    public static let (versionOpening, movedOpening) = (Array("{\"version\":\"".utf8), Array("{\"movedTo\":\"".utf8))
    fileprivate static let closing = Array("\"}".utf8)

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

    /// The leaf of a place of which a version or an id is said, given what stands before it.
    public func leaf(_ key: TreeHash, says opening: [UInt8], _ text: borrowing Span<UInt8>) -> TreeLeaf {
        // In place: an answer's path hashes a dozen of them.
        var bytes = InlineArray<96, UInt8>(repeating: 0)
        let count = opening.count + text.count + TreeStatement.closing.count
        guard count <= bytes.count else {
            var long = opening
            for place in text.indices { long.append(text[place]) }
            return TreeLeaf(key: key, value: digest(of: long + TreeStatement.closing))
        }
        for place in opening.indices { bytes[place] = opening[place] }
        for place in text.indices { bytes[opening.count + place] = text[place] }
        for place in TreeStatement.closing.indices {
            bytes[count - TreeStatement.closing.count + place] = TreeStatement.closing[place]
        }
        return TreeLeaf(key: key, value: digest(of: bytes.span.extracting(0..<count)))
    }

    /// The leaf that says something of an id or a code.
    public func leaf(_ name: String, _ statement: TreeStatement) -> TreeLeaf {
        TreeLeaf(key: key(of: name), value: digest(of: statement.bytes))
    }
}
