import Crypto
import HashTree
import Signing
import Testing

/// What is in the tree and what is not are both proven, and nothing else is.
@Suite("A hash tree")
struct HashTreeTests {
    private let tree = HashTree.sha256

    private func key(_ text: String) -> TreeHash { tree.digest(of: Array(text.utf8)) }

    private func leaf(_ name: String, _ says: String) -> TreeLeaf { TreeLeaf(key: key(name), value: key(says)) }

    private func town(_ count: Int) -> [TreeLeaf] {
        (0..<count).map { leaf("id \($0)", "version \($0)") }.sorted { $0.key < $1.key }
    }

    @Test("A key is where the bits of its digest lead, byte by byte")
    func places() throws {
        let bytes = (0..<32).map { UInt8($0 * 7 & 255) }
        let hash = try #require(TreeHash(bytes))
        #expect(hash.bytes == bytes)
        for place in 0..<256 { #expect(hash.bit(place) == (bytes[place / 8] >> UInt8(7 - place % 8) & 1 == 1)) }
        for place in 0..<256 {
            var other = bytes
            other[place / 8] ^= 0x80 >> UInt8(place % 8)
            let changed = try #require(TreeHash(other))
            #expect(hash.commonBits(with: changed) == place)
            #expect((hash < changed) == !hash.bit(place))
        }
        #expect(hash.commonBits(with: hash) == 256)
        #expect(TreeHash(bytes + [0]) == nil && TreeHash(bytes.dropLast()) == nil)
    }

    @Test("The empty tree, one leaf and two have the roots that the rules say")
    func roots() {
        #expect(tree.root(of: []) == .zero)
        let two = town(2)
        #expect(tree.root(of: two[..<1]) == tree.hash(two[0]))
        var wanted = tree.hash(tree.hash(two[0]), tree.hash(two[1]))
        for depth in (0..<two[0].key.commonBits(with: two[1].key)).reversed() {
            wanted = two[0].key.bit(depth) ? tree.hash(.zero, wanted) : tree.hash(wanted, .zero)
        }
        #expect(tree.root(of: two[...]) == wanted)
        // RFC 6962 §2.1: a leaf can never be taken for a node.
        #expect(tree.hash(two[0]) != tree.hash(two[0].key, two[0].value))
    }

    @Test("Every leaf is proven, and that every other key is absent", arguments: [0, 1, 2, 3, 17, 400])
    func findings(count: Int) throws {
        let leaves = town(count)
        let root = tree.root(of: leaves[...])
        for leaf in leaves {
            let path = tree.path(to: leaf.key, among: leaves[...])
            #expect(path.finding(of: leaf.key, under: root, in: tree) == .said(leaf.value))
            #expect(path.siblings.count < 40)
        }
        for number in 0..<200 {
            let stranger = key("stranger \(number)")
            let path = tree.path(to: stranger, among: leaves[...])
            #expect(path.finding(of: stranger, under: root, in: tree) == .nothing)
        }
    }

    @Test("A path proves nothing of another key, under another root, or with anything changed in it")
    func forgeries() throws {
        let leaves = town(64)
        let root = tree.root(of: leaves[...])
        var later = leaves
        later[20].value = key("newer")
        let newRoot = tree.root(of: later[...])
        for leaf in leaves {
            let path = tree.path(to: leaf.key, among: leaves[...])
            // What was said before is not said now; of those that did not change the siblings did.
            #expect(path.finding(of: leaf.key, under: newRoot, in: tree) == nil)
            for other in leaves where other != leaf {
                #expect(path.finding(of: other.key, under: root, in: tree) == nil)
            }
            for place in path.siblings.indices {
                var changed = path
                changed.siblings[place] = key("forged")
                #expect(changed.finding(of: leaf.key, under: root, in: tree) == nil)
                changed = path
                changed.siblings.remove(at: place)
                #expect(changed.finding(of: leaf.key, under: root, in: tree) == nil)
            }
            // Nobody denies a leaf that is there: neither by emptiness nor by a neighbour.
            for end in [nil] + leaves.filter({ $0 != leaf }).map(Optional.some) {
                for depth in 0...path.siblings.count {
                    let denial = TreePath(siblings: Array(path.siblings[..<depth]), end: end)
                    #expect(denial.finding(of: leaf.key, under: root, in: tree) == nil)
                }
            }
        }
    }

    @Test("Another's leaf proves absence only where the key would lead to it")
    func neighbour() {
        let leaves = town(8)
        let root = tree.root(of: leaves[...])
        for leaf in leaves {
            let path = tree.path(to: leaf.key, among: leaves[...])
            var wrong = leaf.key.bytes
            // On the other side of the path's last step.
            wrong[(path.siblings.count - 1) / 8] ^= 0x80 >> UInt8((path.siblings.count - 1) % 8)
            guard let stranger = TreeHash(wrong) else { continue }
            #expect(path.finding(of: stranger, under: root, in: tree) == nil)
        }
    }

    @Test("A tree is put together of its parts: the upper steps from their roots, the lower from their leaves")
    func parts() {
        let leaves = town(300)
        let depth = 3
        let parts = (0..<8).map { part in
            leaves.filter { leaf in (0..<depth).reduce(0) { $0 * 2 + (leaf.key.bit($1) ? 1 : 0) } == part }
        }
        var roots = parts.map { tree.root(of: $0[...], at: depth) }
        while roots.count > 1 {
            roots = stride(from: 0, to: roots.count, by: 2).map { tree.hash(roots[$0], roots[$0 + 1]) }
        }
        #expect(roots == [tree.root(of: leaves[...])])
        for (part, own) in zip(parts.indices, parts) {
            for leaf in own {
                let lower = tree.path(to: leaf.key, among: own[...], at: depth)
                let whole = tree.path(to: leaf.key, among: leaves[...])
                #expect(whole.end == lower.end && whole.siblings.suffix(lower.siblings.count) == lower.siblings[...])
                #expect(whole.siblings.count == depth + lower.siblings.count, "part \(part)")
            }
        }
    }

    @Test("A path is read from the bytes that it is written as, and from no others")
    func coding() throws {
        let leaves = town(40)
        for name in ["id 3", "id 39", "stranger", "another"] {
            let key = key(name)
            let path = tree.path(to: key, among: leaves[...])
            let bytes = try #require(path.encoded(for: key))
            #expect(TreePath(bytes, to: key) == path)
            #expect(TreePath(bytes + [0], to: key) == nil)
            for count in bytes.indices { #expect(TreePath(Array(bytes[..<count]), to: key) == nil) }
            for place in bytes.indices {
                var changed = bytes
                changed[place] ^= 1
                #expect(TreePath(changed, to: key) != path)
            }
        }
        let nowhere = TreePath(siblings: [], end: nil)
        #expect(nowhere.encoded(for: key("x")) == [1, 0, 0])
        // A zero that is written out would be a second form.
        #expect(TreePath([1, 0, 1, 0x80] + TreeHash.zero.bytes, to: key("x")) == nil)
    }
}
