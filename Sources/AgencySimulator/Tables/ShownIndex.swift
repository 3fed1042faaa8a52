/// How many shown rows precede each stretch of a table, doubled ones counted twice, and where the doubled ones stand.
///
/// Kept up to date row by row while an agency is restless: counting a million rows anew for each request takes too long.
struct ShownIndex: Sendable {
    /// Rows per entry of the counts: a page's start is found by them and at most this many rows more.
    static let block: Int64 = 512

    /// Shown rows before each block; the last entry is the total.
    fileprivate(set) var counts: [Int64] = [0]
    /// The places, among the shown rows, of the first of each two identical ones; ascending.
    fileprivate(set) var doubles: [Int64] = []

    var total: Int64 { counts.last ?? 0 }

    /// The last block that begins at or before the place.
    func block(of place: Int64) -> Int {
        var low = 0
        var high = counts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if counts[middle] <= place { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// A row comes after all others.
    mutating func append(_ sequence: Int64, weight: Int64) {
        if weight > 1 { doubles.append(total) }
        let last = total
        while counts.count < Int(sequence / Self.block) + 2 { counts.append(last) }
        for index in Int(sequence / Self.block) + 1..<counts.count { counts[index] += weight }
    }

    /// The row that stands at `place` is shown `change` times more, or fewer; `weight` is what it then has.
    mutating func change(_ sequence: Int64, at place: Int64, by change: Int64, to weight: Int64) {
        for index in Int(sequence / Self.block) + 1..<counts.count { counts[index] += change }
        let next = doubles.partition(from: place)
        let isHere = next < doubles.count && doubles[next] == place
        for index in next + (isHere ? 1 : 0)..<doubles.count { doubles[index] += change }
        if isHere, weight < 2 { doubles.remove(at: next) }
        if !isHere, weight > 1 { doubles.insert(place, at: next) }
    }
}

/// Counts the shown rows as they come, second by second.
struct ShownCount {
    private(set) var index = ShownIndex()
    private let bound: Int64
    private var rank: Int64 = 0
    private var second: Int64 = .min
    private var pending: [(sequence: Int64, weight: Int64)] = []

    init(upTo bound: Int64) {
        self.bound = bound
        index.counts = [Int64](repeating: 0, count: Int(bound / ShownIndex.block) + 2)
    }

    mutating func add(second: Int64, sequence: Int64, weight: Int64) {
        if second != self.second { settle() }
        self.second = second
        if sequence <= bound { pending.append((sequence, weight)) }
    }

    private mutating func settle() {
        for row in pending.sorted(by: { $0.sequence < $1.sequence }) {
            if row.weight > 1 { index.doubles.append(rank) }
            rank += row.weight
            index.counts[Int(row.sequence / ShownIndex.block) + 1] += row.weight
        }
        pending.removeAll(keepingCapacity: true)
    }

    mutating func finish() {
        settle()
        for place in index.counts.indices.dropFirst() { index.counts[place] += index.counts[place - 1] }
    }
}
