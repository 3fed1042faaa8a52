/// The root of a tree whose leaves come in its order, in memory that does not depend on their number.
///
/// Gives what ``HashTree/root(of:at:)`` gives of all of them at once.
public struct TreeFold: Sendable {
    /// A left half that waits for its right one.
    private struct Half {
        var subtree: Subtree
        /// How many first bits both halves have in common.
        var depth: Int
    }

    private let tree: HashTree
    private var waiting: [Half] = []
    private var latest: TreeLeaf?
    /// How many leaves came.
    public private(set) var count: Int64 = 0

    /// Begins with no leaf.
    public init(in tree: HashTree) { self.tree = tree }

    /// Takes the next leaf.
    ///
    /// - Returns: whether its key lies behind that of the one before; else the leaf is not taken.
    public mutating func add(_ leaf: TreeLeaf) -> Bool {
        if let latest {
            guard latest.key < leaf.key else { return false }
            let depth = latest.key.commonBits(with: leaf.key)
            let left = closed(down: depth, latest)
            waiting.append(Half(subtree: left, depth: depth))
        }
        latest = leaf
        count += 1
        return true
    }

    /// The root of all that came.
    public var root: TreeHash {
        guard let latest else { return .zero }
        var rest = self
        return rest.closed(down: -1, latest).hash
    }

    /// What ends with the latest leaf, as far as it lies more than `depth` bits down; what waited for it there is joined to it.
    private mutating func closed(down depth: Int, _ leaf: TreeLeaf) -> Subtree {
        var found = Subtree(size: .one, hash: tree.hash(leaf))
        var place = TreeHash.width
        while let half = waiting.last, half.depth > depth {
            waiting.removeLast()
            found = tree.joined(half.subtree, raised(found, from: place, to: half.depth + 1, leaf.key))
            place = half.depth
        }
        return raised(found, from: place, to: depth + 1, leaf.key)
    }

    /// The subtree with only emptiness beside it, so many steps up.
    private func raised(_ subtree: Subtree, from place: Int, to depth: Int, _ key: TreeHash) -> Subtree {
        // A leaf that is alone stands for whatever it is alone in.
        guard subtree.size == .many else { return subtree }
        var found = subtree
        for depth in (depth..<max(place, depth)).reversed() {
            found = key.bit(depth) ? tree.joined(.empty, found) : tree.joined(found, .empty)
        }
        return found
    }
}
