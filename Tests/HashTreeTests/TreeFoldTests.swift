import HashTree
import Signing
import Testing

/// The root of a tree that is never whole in memory.
@Suite("Folding a tree")
struct TreeFoldTests {
    private let tree = HashTree.sha256

    private func town(_ count: Int) -> [TreeLeaf] {
        (0..<count).map { tree.leaf("id \($0)", .version("v\($0)")) }.sorted { $0.key < $1.key }
    }

    private func fold(_ leaves: [TreeLeaf]) -> TreeFold {
        var fold = TreeFold(in: tree)
        for leaf in leaves {
            let isTaken = fold.add(leaf)
            #expect(isTaken)
        }
        return fold
    }

    @Test("Leaf by leaf it has the root of all of them at once", arguments: [0, 1, 2, 3, 4, 5, 17, 100, 1000])
    func roots(_ count: Int) {
        let leaves = town(count)
        #expect(fold(leaves).root == tree.root(of: leaves[...]))
        #expect(fold(leaves).count == Int64(count))
    }

    @Test("After each leaf the root is that of those before")
    func prefixes() {
        let leaves = town(200)
        var fold = TreeFold(in: tree)
        for (place, leaf) in leaves.enumerated() {
            let isTaken = fold.add(leaf)
            #expect(isTaken)
            #expect(fold.root == tree.root(of: leaves[...place]))
        }
    }

    @Test("Keys that part late, with nothing beside them for long, have their zero halves")
    func deep() throws {
        var keys: [TreeHash] = []
        for bit in [0, 1, 2, 7, 8, 100, 254, 255] {
            var bytes = [UInt8](repeating: 0x5A, count: 32)
            bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            keys.append(try #require(TreeHash(bytes)))
        }
        keys.append(try #require(TreeHash([UInt8](repeating: 0x5A, count: 32))))
        // Every set of them: 512.
        for mask in 0..<(1 << keys.count) {
            let leaves = keys.indices.filter { mask >> $0 & 1 == 1 }
                .map { TreeLeaf(key: keys[$0], value: tree.digest(of: [UInt8($0)])) }.sorted { $0.key < $1.key }
            #expect(fold(leaves).root == tree.root(of: leaves[...]))
        }
    }

    @Test("A leaf that comes twice or out of order is not taken")
    func order() {
        let leaves = town(3)
        var fold = fold(Array(leaves[..<2]))
        let root = fold.root
        let (again, before) = (fold.add(leaves[1]), fold.add(leaves[0]))
        #expect(!again && !before && fold.root == root && fold.count == 2)
        let next = fold.add(leaves[2])
        #expect(next && fold.root == tree.root(of: leaves[...]))
    }
}
