/// What a tree holds at a place.
public struct TreeLeaf: Hashable, Sendable {
    /// Where: the digest of what is spoken of.
    public var key: TreeHash
    /// The digest of what is said of it.
    public var value: TreeHash

    /// Makes a leaf.
    public init(key: TreeHash, value: TreeHash) {
        self.key = key
        self.value = value
    }
}

/// A leaf as far as what is above it goes.
public struct HashedLeaf: Hashable, Sendable {
    /// Where it is.
    public var key: TreeHash
    /// ``HashTree/hash(_:)-(TreeLeaf)`` of it.
    public var hash: TreeHash

    /// Makes one of its parts.
    public init(key: TreeHash, hash: TreeHash) {
        self.key = key
        self.hash = hash
    }
}

/// A hash tree over places of 256 bits, in which what is not there is proven as well as what is.
///
/// The bits of a key lead from the root to it. A subtree without a leaf hashes to ``TreeHash/zero``; one with a single leaf
/// to that leaf's hash, however deep the leaf's key would lead; any other to the hash of its two halves. So the tree is a
/// function of its leaves alone, and a path is as long as a key needs to stand apart: some 20 steps among a million.
/// Leaves and nodes are hashed apart (`0x00` before a leaf's key and value, `0x01` before two halves), so none passes for the other.
public struct HashTree: Sendable {
    /// SHA-256 of bytes where they lie.
    public typealias Digest = @Sendable (borrowing Span<UInt8>) -> TreeHash

    private let digest: Digest

    /// Makes a tree's rules.
    ///
    /// - Parameter digest: SHA-256.
    public init(digest: @escaping Digest) { self.digest = digest }

    /// The hash of a leaf.
    public func hash(_ leaf: TreeLeaf) -> TreeHash { hash(0, leaf.key, leaf.value) }

    /// The hash of a subtree of which neither half says it all.
    public func hash(_ left: TreeHash, _ right: TreeHash) -> TreeHash { hash(1, left, right) }

    private func hash(_ kind: UInt8, _ first: TreeHash, _ second: TreeHash) -> TreeHash {
        // In place: a tree of a million enterprises hashes some ten million times.
        var bytes = InlineArray<65, UInt8>(repeating: kind)
        first.write(to: &bytes, at: 1)
        second.write(to: &bytes, at: 33)
        return digest(bytes.span)
    }

    /// The digest that stands for a text in a tree: of a key, or of what is said.
    public func digest(of text: [UInt8]) -> TreeHash { digest(text.span) }

    /// The digest that stands for a text in a tree, where the text lies.
    func digest(of text: borrowing Span<UInt8>) -> TreeHash { digest(text) }

    /// Works out the hash of a subtree.
    ///
    /// - Parameters:
    ///   - leaves: All leaves of it, ascending by key, none twice.
    ///   - depth: How many first bits their keys have in common.
    /// - Returns: its hash, in time proportional to the leaves.
    public func root(of leaves: ArraySlice<TreeLeaf>, at depth: Int = 0) -> TreeHash {
        root(of: leaves.map { HashedLeaf(key: $0.key, hash: hash($0)) }[...], at: depth)
    }

    /// Works out the hash of a subtree whose leaves are hashed.
    ///
    /// - Parameters:
    ///   - leaves: All leaves of it, ascending by key, none twice.
    ///   - depth: How many first bits their keys have in common.
    /// - Returns: its hash, in time proportional to the leaves.
    public func root(of leaves: ArraySlice<HashedLeaf>, at depth: Int) -> TreeHash {
        guard let first = leaves.first else { return .zero }
        guard leaves.count > 1 else { return first.hash }
        let middle = Self.middle(of: leaves, at: depth)
        return hash(root(of: leaves[..<middle], at: depth + 1), root(of: leaves[middle...], at: depth + 1))
    }

    /// Finds the path from a subtree's root to a key, be it there or not.
    ///
    /// - Parameters:
    ///   - key: Its first `depth` bits are the leaves' own.
    ///   - leaves: All leaves of the subtree, ascending by key, none twice.
    ///   - depth: How many first bits their keys have in common.
    /// - Returns: the steps below the subtree's root; those above it go before them.
    public func path(to key: TreeHash, among leaves: ArraySlice<TreeLeaf>, at depth: Int = 0) -> TreePath {
        let hashed = leaves.map { HashedLeaf(key: $0.key, hash: hash($0)) }
        let (siblings, end) = way(to: key, among: hashed[...], at: depth)
        return TreePath(siblings: siblings, end: end.map { leaves[leaves.startIndex + $0] })
    }

    /// Finds the way from a subtree's root to a key among leaves that are hashed.
    ///
    /// - Parameters:
    ///   - key: Its first `depth` bits are the leaves' own.
    ///   - leaves: All leaves of the subtree, ascending by key, none twice.
    ///   - depth: How many first bits their keys have in common.
    /// - Returns: the hashes beside the way, from above, and the index of the leaf at which it ends.
    public func way(
        to key: TreeHash,
        among leaves: ArraySlice<HashedLeaf>,
        at depth: Int
    ) -> (siblings: [TreeHash], end: Int?) {
        var siblings: [TreeHash] = []
        var (rest, depth) = (leaves, depth)
        while rest.count > 1 {
            let middle = Self.middle(of: rest, at: depth)
            let (left, right) = (rest[..<middle], rest[middle...])
            rest = key.bit(depth) ? right : left
            depth += 1
            siblings.append(root(of: key.bit(depth - 1) ? left : right, at: depth))
        }
        return (siblings, rest.isEmpty ? nil : rest.startIndex)
    }

    /// The first leaf of the right half.
    private static func middle(of leaves: ArraySlice<HashedLeaf>, at depth: Int) -> Int {
        var (low, high) = (leaves.startIndex, leaves.endIndex)
        while low < high {
            let place = (low + high) / 2
            if leaves[place].key.bit(depth) { high = place } else { low = place + 1 }
        }
        return low
    }
}

/// The way from a root to a key, with all that is needed to work the root out again.
public struct TreePath: Hashable, Sendable {
    /// The hashes of the halves that are not gone into, from the root down.
    public var siblings: [TreeHash]
    /// The leaf at which the way ends, the key's own or another's; nil where nothing is.
    public var end: TreeLeaf?

    /// Makes a path.
    public init(siblings: [TreeHash], end: TreeLeaf?) {
        self.siblings = siblings
        self.end = end
    }

    /// What a path proves of a key.
    public enum Finding: Hashable, Sendable {
        /// The digest of what is said of it.
        case said(TreeHash)
        /// Nothing is said of it.
        case nothing
    }

    /// What the path proves under a root.
    ///
    /// - Returns: nil where it proves nothing: it does not lead from this root to this key.
    public func finding(of key: TreeHash, under root: TreeHash, in tree: HashTree) -> Finding? {
        // Another leaf stands for the emptiness around it only where the key would lead to it.
        guard siblings.count <= TreeHash.width, end.map({ $0.key.commonBits(with: key) >= siblings.count }) ?? true
        else {
            return nil
        }
        var hash = end.map(tree.hash) ?? .zero
        for depth in siblings.indices.reversed() {
            hash = key.bit(depth) ? tree.hash(siblings[depth], hash) : tree.hash(hash, siblings[depth])
        }
        guard hash == root else { return nil }
        guard let end, end.key == key else { return .nothing }
        return .said(end.value)
    }
}
