/// Where the pages of a window begin, such that no two identical rows lie on two pages.
///
/// A row that would be the last of its page and the first of the next is shown once in this paging, so every page
/// but the last is full, and the total is what the pages hold together.
struct PageLayout {
    let total: Int64
    /// The places of the wanted page among all shown rows.
    let page: Range<Int64>

    /// Lays out `window`, places among the shown rows, in pages of `size`; `number` counts from 1.
    init(_ window: Range<Int64>, size: Int64, number: Int64, doubles: [Int64]) {
        var start = window.lowerBound
        var dropped: Int64 = 0
        var index: Int64 = 1
        var page = window.upperBound..<window.upperBound
        var next = doubles.partition(from: start)
        while start < window.upperBound {
            let end = min(start + size, window.upperBound)
            if index == number { page = start..<end }
            while next < doubles.count, doubles[next] < end - 1 { next += 1 }
            let isSplit = end < window.upperBound && next < doubles.count && doubles[next] == end - 1
            dropped += isSplit ? 1 : 0
            start = isSplit ? end + 1 : end
            index += 1
        }
        total = Int64(window.count) - dropped
        self.page = page
    }
}

extension [Int64] {
    /// The index of the first element of a sorted list that is not below `value`.
    func partition(from value: Int64) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Range<Int64> {
    /// Without its first places.
    func from(_ count: Int64) -> Range<Int64> { Swift.min(lowerBound + count, upperBound)..<upperBound }
    /// Its first places only.
    func upTo(_ count: Int64) -> Range<Int64> { lowerBound..<Swift.min(lowerBound + count, upperBound) }
}
