internal import CreditModel
internal import CreditStore
internal import HashTree
internal import Signing

/// What a part of the tree holds: of each of its ids and codes the place and what is said, in the order of places.
struct TreeLeaves {
    struct Leaf {
        let key: TreeHash
        /// Where its document lies may become known later; what is said never becomes another without another leaf.
        fileprivate(set) var said: StoredStatement
        /// As the tree hashes it.
        let hash: TreeHash

        var statement: TreeStatement { said.statement }
        fileprivate var hashed: HashedLeaf { HashedLeaf(key: key, hash: hash) }

        init(key: TreeHash, said: StoredStatement) {
            self.key = key
            self.said = said
            hash = HashTree.sha256.hash(HashTree.sha256.leaf(key, says: said.statement))
        }
    }

    private(set) var leaves: [Leaf] = []

    init() {}

    /// Reads a stored part; nil bytes are an empty one.
    init(_ bytes: [UInt8]?) throws(StoreError) {
        try Self.each(bytes ?? []) { leaf, text throws(StoreError) in
            let read = Leaf(key: leaf.key, said: try Self.said(text))
            guard read.hash == leaf.hash else { throw BinaryReader.damaged }
            leaves.append(read)
        }
    }

    /// Reads a part as it was stored before version 13: without the leaves' hashes.
    init(earlier bytes: [UInt8]) throws(StoreError) {
        try Self.each(bytes, isHashed: false) { leaf, text throws(StoreError) in
            leaves.append(Leaf(key: leaf.key, said: try Self.said(text)))
        }
    }

    /// Hands over each leaf of a stored part, and what is said there as it is stored.
    private static func each(
        _ bytes: [UInt8],
        isHashed: Bool = true,
        _ body: (HashedLeaf, ArraySlice<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        let head = isHashed ? 66 : 34
        var place = 0
        while place < bytes.count {
            guard place + head <= bytes.count else { throw BinaryReader.damaged }
            let key = TreeHash(reading: bytes.span, at: place)
            let hash = isHashed ? TreeHash(reading: bytes.span, at: place + 32) : .zero
            place += head
            let length = Int(bytes[place - 2]) << 8 | Int(bytes[place - 1])
            guard length > 0, place + length <= bytes.count else { throw BinaryReader.damaged }
            try body(HashedLeaf(key: key, hash: hash), bytes[place..<place + length])
            place += length
        }
    }

    private static func said(_ text: ArraySlice<UInt8>) throws(StoreError) -> StoredStatement {
        guard let text = String(validating: text, as: UTF8.self), let said = StoredStatement(text) else {
            throw BinaryReader.damaged
        }
        return said
    }

    /// Of each leaf its key, its hash, the length of what is said in two bytes, and what is said.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(leaves.count * 98)
        for leaf in leaves {
            leaf.key.append(to: &bytes)
            leaf.hash.append(to: &bytes)
            let text = leaf.said.text.utf8
            bytes.append(UInt8(truncatingIfNeeded: text.count >> 8))
            bytes.append(UInt8(truncatingIfNeeded: text.count))
            bytes.append(contentsOf: text)
        }
        return bytes
    }

    /// As the tree hashes them.
    var hashed: [HashedLeaf] { leaves.map(\.hashed) }

    /// What is said at the end of the way to a key, and the way there.
    struct Way {
        var siblings: [TreeHash] = []
        /// The leaf at which the way ends, the key's own or another's.
        var end: TreeLeaf?
        /// What is said of the key.
        var said: StoredStatement?
    }

    /// Goes through a stored part to a key.
    ///
    /// Nothing else is made of the bytes: every answer comes through here.
    ///
    /// - Parameters:
    ///   - key: one that belongs into the part.
    ///   - bytes: as they are stored.
    ///   - depth: how many first bits the part's keys have in common; nil where its one leaf stands for more than the part.
    /// - Returns: the way, empty where nothing is there.
    /// - Throws: ``StoreError`` `damaged`.
    static func way(to key: TreeHash, in bytes: [UInt8], at depth: Int?) throws(StoreError) -> Way {
        var leaves: [HashedLeaf] = []
        leaves.reserveCapacity(bytes.count / 89 + 1)
        var places: [Range<Int>] = []
        places.reserveCapacity(bytes.count / 89 + 1)
        try each(bytes) { leaf, text throws(StoreError) in
            leaves.append(leaf)
            places.append(text.indices)
        }
        var way = Way()
        var end: Int?
        if let depth {
            (way.siblings, end) = HashTree.sha256.way(to: key, among: leaves[...], at: depth)
        } else {
            end = leaves.startIndex
        }
        guard let end, leaves.indices.contains(end) else { return way }
        let said = try Self.said(bytes[places[end]])
        way.end = HashTree.sha256.leaf(leaves[end].key, says: said.statement)
        if leaves[end].key == key { way.said = said }
        return way
    }

    /// Says something else of a key, or nothing; returns what was said before.
    mutating func replace(_ key: TreeHash, by said: StoredStatement?) -> StoredStatement? {
        let place = firstPlace(of: key)
        guard place < leaves.count, leaves[place].key == key else {
            if let said { leaves.insert(Leaf(key: key, said: said), at: place) }
            return nil
        }
        let before = leaves[place].said
        if let said { leaves[place] = Leaf(key: key, said: said) } else { leaves.remove(at: place) }
        return before
    }

    /// Takes over where the document lies, if the same is said here.
    mutating func noteDocument(of said: StoredStatement, at key: TreeHash) {
        let place = firstPlace(of: key)
        guard place < leaves.count, leaves[place].key == key, leaves[place].statement == said.statement else {
            return
        }
        leaves[place].said = said
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
