internal import CreditModel
internal import CreditStore
internal import HashTree
internal import Signing

/// How the tree is cut: the more leaves, the more parts, so that a change writes little and a path is worked out of few.
///
/// Parts that lie side by side make a page, pages that lie side by side a page of the next level, and so on up to one page
/// that is the whole: whoever changes a part, or goes to one, has to do with one page of each level.
struct TreePages: Equatable {
    /// Of how many first bits a part is.
    var bits: Int

    /// Of how many bits a page is at most.
    static let width = 7
    /// How many leaves a part has, about, when the tree is cut; and how many at most before it is cut anew.
    static let (fewLeaves, manyLeaves) = (6, 48)
    /// More parts are never made.
    static let mostBits = 24

    init(bits: Int) { self.bits = bits }

    init(leaves: Int64) {
        bits = 0
        while bits < Self.mostBits, leaves > Int64(Self.fewLeaves) << Int64(bits) { bits += 1 }
    }

    /// The level of the page that is the whole.
    var top: Int { max(0, (bits - 1) / Self.width) }

    /// Of how many bits of a key the pages of a level are.
    func pageBits(_ level: Int) -> Int { max(0, bits - Self.width * (level + 1)) }

    /// What a page of a level is made of: parts, or pages of the level below.
    func children(_ level: Int) -> Int { 1 << (bits - Self.width * level - pageBits(level)) }

    /// The page of a level that leads to a key.
    func page(_ level: Int, to key: TreeHash) -> TreePage {
        TreePage(level: level, number: key.prefix(pageBits(level)))
    }

    /// Where in the page of a level it goes on to a key.
    func child(_ level: Int, to key: TreeHash) -> Int {
        key.prefix(bits - Self.width * level) & (children(level) - 1)
    }

    func isTooSmall(for leaves: Int64) -> Bool {
        bits < Self.mostBits && leaves > Int64(Self.manyLeaves) << Int64(bits)
    }

    /// A page, as it is stored; nil bytes are an empty one.
    func page(_ bytes: [UInt8]?, _ level: Int) throws(StoreError) -> TreeTop {
        var parts = [Subtree](repeating: .empty, count: children(level))
        if let bytes {
            guard bytes.count == parts.count * Subtree.width else { throw BinaryReader.damaged }
            for place in parts.indices {
                guard let part = Subtree(reading: bytes.span, at: place * Subtree.width) else {
                    throw BinaryReader.damaged
                }
                parts[place] = part
            }
        }
        return TreeTop(of: parts, in: .sha256)
    }
}

/// Where a page lies.
struct TreePage: Hashable {
    var level: Int
    var number: Int

    init(level: Int, number: Int) {
        self.level = level
        self.number = number
    }

    /// The page as the store numbers it; the lowest level's have their own numbers.
    var row: Int64 { Int64(level) << 32 | Int64(number) }

    init(row: Int64) {
        level = Int(row >> 32)
        number = Int(row & 0xFFFF_FFFF)
    }

    /// The page of which this is a child, and which child.
    func parent(in pages: TreePages) -> (page: TreePage, child: Int) {
        let width = pages.children(level + 1)
        return (TreePage(level: level + 1, number: number / width), number % width)
    }
}
