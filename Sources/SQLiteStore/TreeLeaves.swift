internal import CreditModel
internal import CreditStore
internal import HashTree
internal import Signing

/// What a part of the tree holds: of each of its ids and codes the place and what is said, in the order of places.
struct TreeLeaves {
    struct Leaf {
        var key: TreeHash
        var statement: TreeStatement
    }

    private(set) var leaves: [Leaf] = []

    init() {}

    /// Reads a stored part; nil bytes are an empty one.
    init(_ bytes: [UInt8]?) throws(StoreError) {
        try Self.each(bytes ?? []) { key, text throws(StoreError) in
            leaves.append(Leaf(key: key, statement: try Self.statement(text)))
        }
    }

    /// Hands over each key of a stored part, and what is said of it as it is stored.
    private static func each(
        _ bytes: [UInt8],
        _ body: (TreeHash, ArraySlice<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        var place = 0
        while place < bytes.count {
            guard place + 34 <= bytes.count else { throw BinaryReader.damaged }
            let key = TreeHash(reading: bytes.span, at: place)
            let length = Int(bytes[place + 32]) << 8 | Int(bytes[place + 33])
            place += 34
            guard length > 0, place + length <= bytes.count else { throw BinaryReader.damaged }
            try body(key, bytes[place..<place + length])
            place += length
        }
    }

    private static func statement(_ text: ArraySlice<UInt8>) throws(StoreError) -> TreeStatement {
        guard let text = String(validating: text, as: UTF8.self), let statement = TreeStatement(stored: text) else {
            throw BinaryReader.damaged
        }
        return statement
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(leaves.count * 56)
        for leaf in leaves {
            leaf.key.append(to: &bytes)
            let text = leaf.statement.stored.utf8
            bytes.append(UInt8(truncatingIfNeeded: text.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: text.count))
            bytes.append(contentsOf: text)
        }
        return bytes
    }

    /// As the tree hashes them.
    var hashed: [TreeLeaf] { leaves.map { HashTree.sha256.leaf($0.key, says: $0.statement) } }

    /// A stored part as the tree hashes it, and what is said of one of its keys.
    ///
    /// Nothing else is made of the bytes: every answer comes through here.
    static func hashed(_ bytes: [UInt8], finding key: TreeHash) throws(StoreError) -> (
        leaves: [TreeLeaf], statement: TreeStatement?
    ) {
        var leaves: [TreeLeaf] = []
        leaves.reserveCapacity(bytes.count / 57 + 1)
        var statement: TreeStatement?
        try each(bytes) { found, text throws(StoreError) in
            if found == key || text.first == UInt8(ascii: "h") {
                let said = try Self.statement(text)
                if found == key { statement = said }
                leaves.append(HashTree.sha256.leaf(found, says: said))
            } else {
                let opening =
                    text.first == UInt8(ascii: "v") ? TreeStatement.versionOpening : TreeStatement.movedOpening
                let said = text.dropFirst()
                leaves.append(HashTree.sha256.leaf(found, says: opening, said.span))
            }
        }
        return (leaves, statement)
    }

    /// Says something else of a key, or nothing; returns what was said before.
    mutating func replace(_ key: TreeHash, by statement: TreeStatement?) -> TreeStatement? {
        let place = firstPlace(of: key)
        guard place < leaves.count, leaves[place].key == key else {
            if let statement { leaves.insert(Leaf(key: key, statement: statement), at: place) }
            return nil
        }
        let before = leaves[place].statement
        if let statement { leaves[place].statement = statement } else { leaves.remove(at: place) }
        return before
    }

    /// Adds what comes after all others.
    mutating func append(_ leaf: Leaf) { leaves.append(leaf) }

    private func firstPlace(of key: TreeHash) -> Int {
        var (low, high) = (0, leaves.count)
        while low < high {
            let middle = (low + high) / 2
            if leaves[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension TreeStatement {
    /// Of a code that agencies gave to more than that, the first are named.
    static let mostHolders = 1000

    /// A letter for what it is, then the version or the ids as they are.
    var stored: String {
        switch self {
        case .version(let version): "v\(version)"
        case .movedTo(let id): "m\(id)"
        case .holders(let ids): "h" + ids.map(\.text).joined()
        }
    }

    init?(stored text: String) {
        let utf8 = text.utf8
        let rest = utf8.dropFirst()
        switch utf8.first {
        case UInt8(ascii: "v") where !rest.isEmpty: self = .version(String(Substring(rest)))
        case UInt8(ascii: "m"):
            guard let id = EnterpriseID(String(Substring(rest))) else { return nil }
            self = .movedTo(id)
        case UInt8(ascii: "h"):
            var ids: [EnterpriseID] = []
            var rest = rest
            while !rest.isEmpty {
                guard let id = EnterpriseID(String(Substring(rest.prefix(22)))) else { return nil }
                ids.append(id)
                rest = rest.dropFirst(22)
            }
            guard !ids.isEmpty else { return nil }
            self = .holders(ids)
        default: return nil
        }
    }
}
