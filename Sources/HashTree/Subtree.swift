/// A part of a tree, as much as whoever puts parts together must know of it.
public struct Subtree: Hashable, Sendable {
    /// How many leaves it has, as far as it matters.
    public enum Size: UInt8, Sendable {
        case none, one, many
    }

    /// How many leaves it has.
    public var size: Size
    /// Its hash.
    public var hash: TreeHash

    /// Without a leaf.
    public static let empty = Subtree(size: .none, hash: .zero)

    /// Makes one of its parts.
    public init(size: Size, hash: TreeHash) {
        self.size = size
        self.hash = hash
    }

    /// The bytes in which it is stored: its size and its hash.
    public func append(to bytes: inout [UInt8]) {
        bytes.append(size.rawValue)
        hash.append(to: &bytes)
    }

    /// How many bytes it takes.
    public static let width = 33

    /// Reads what ``append(to:)`` wrote; nil for anything else.
    public init?(reading bytes: borrowing Span<UInt8>, at start: Int) {
        guard start + Self.width <= bytes.count, let size = Size(rawValue: bytes[start]) else { return nil }
        self.size = size
        hash = TreeHash(reading: bytes, at: start + 1)
    }
}

extension HashTree {
    /// A part that is known by its leaves.
    public func subtree(of leaves: ArraySlice<HashedLeaf>, at depth: Int) -> Subtree {
        let size: Subtree.Size = leaves.isEmpty ? .none : leaves.count == 1 ? .one : .many
        return Subtree(size: size, hash: root(of: leaves, at: depth))
    }

    /// Two halves put together: a leaf that is alone stands for whatever it is alone in.
    public func joined(_ left: Subtree, _ right: Subtree) -> Subtree {
        switch (left.size, right.size) {
        case (.none, .none): .empty
        case (.one, .none): left
        case (.none, .one): right
        default: Subtree(size: .many, hash: hash(left.hash, right.hash))
        }
    }
}

/// The upper steps of a tree, or of a part of one: a power of two of parts, and all that is made of them.
public struct TreeTop: Sendable {
    /// From place 1, the whole; the halves of a place are at twice its number and beside it; the parts come last.
    private var nodes: [Subtree]

    /// How many parts there are.
    public var count: Int { nodes.count / 2 }

    /// The whole.
    public var root: Subtree { nodes[1] }

    /// Puts parts together; as many as a power of two.
    public init(of parts: [Subtree], in tree: HashTree) {
        nodes = [Subtree](repeating: .empty, count: parts.count) + parts
        for place in stride(from: parts.count - 1, through: 1, by: -1) { join(place, tree) }
    }

    /// A part.
    public subscript(part: Int) -> Subtree { nodes[count + part] }

    /// All parts.
    public var parts: ArraySlice<Subtree> { nodes[count...] }

    /// Puts another part in a place, and makes anew what is made of it.
    public mutating func replace(_ part: Int, by subtree: Subtree, in tree: HashTree) {
        var place = count + part
        nodes[place] = subtree
        while place > 1 {
            place /= 2
            join(place, tree)
        }
    }

    private mutating func join(_ place: Int, _ tree: HashTree) {
        nodes[place] = tree.joined(nodes[2 * place], nodes[2 * place + 1])
    }

    /// The way down to a part.
    public struct Way: Sendable {
        /// The halves that are not gone into, from the top down.
        public var siblings: [TreeHash]
        /// The part in which the way goes on; nil where it ends before, with nothing below.
        public var part: Int?
        /// Whether a single leaf is below where the way ended: it is the way's end, in whatever part it lies.
        public var isAlone: Bool
    }

    /// Goes down from the top towards a part.
    ///
    /// - Returns: the way; it ends before the part where there is nothing below, or a single leaf, whose part it names then.
    public func way(to part: Int) -> Way {
        var way = Way(siblings: [], part: nil, isAlone: false)
        var place = 1
        while place < count {
            switch nodes[place].size {
            case .none: return way
            case .one:
                way.isAlone = true
                while place < count {
                    place = 2 * place + (nodes[2 * place].size == .none ? 1 : 0)
                }
                way.part = place - count
                return way
            case .many:
                let depth = place.bitWidth - 1 - place.leadingZeroBitCount
                let bits = count.trailingZeroBitCount
                let next = 2 * place + (part >> (bits - 1 - depth) & 1)
                way.siblings.append(nodes[next ^ 1].hash)
                place = next
            }
        }
        way.part = nodes[place].size == .none ? nil : place - count
        way.isAlone = nodes[place].size == .one
        return way
    }
}
