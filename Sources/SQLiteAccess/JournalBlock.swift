internal import Access

/// Entries of consecutive numbers, as they lie in one row.
struct JournalBlock {
    /// The number of the first entry.
    let first: Int64
    private(set) var count: Int64 = 0
    /// The oldest and the newest moment, in POSIX milliseconds.
    private(set) var least = Int64.max
    private(set) var greatest = Int64.min
    /// The chain's value after each entry, one after the other.
    private(set) var chain: [UInt8] = []
    /// The records, with a line feed between each two.
    private(set) var lines: [UInt8] = []
    private var keys: [UInt64] = []

    /// The number of the last entry.
    var last: Int64 { first + count - 1 }

    init(first: Int64) {
        self.first = first
        lines.reserveCapacity(32 << 10)
    }

    /// Its keys, each once and in order.
    var sortedKeys: [UInt64] { keys.sortedOnce() }

    /// Whether an entry of that number and moment may stand in it.
    func takes(_ number: Int64, _ moment: Int64, _ layout: JournalLayout) -> Bool {
        let width = max(greatest, moment).subtractingReportingOverflow(min(least, moment))
        return number == first + count && count < layout.blockEntries && lines.count < layout.blockBytes
            && keys.count < layout.blockKeys && !width.overflow && width.partialValue <= JournalLayout.span
    }

    mutating func add(_ moment: Int64, _ record: [UInt8], _ value: [UInt8], _ entryKeys: [JournalKey]) {
        least = min(least, moment)
        greatest = max(greatest, moment)
        if count > 0 { lines.append(UInt8(ascii: "\n")) }
        lines += record
        chain += value
        for key in entryKeys { keys.append(key.bits) }
        count += 1
    }
}

extension Array where Element: Comparable {
    /// In order, and each but once.
    func sortedOnce() -> [Element] {
        var result: [Element] = []
        result.reserveCapacity(count)
        for element in sorted() where result.last != element { result.append(element) }
        return result
    }

    /// Where an element is, or would be, in an array in order.
    func place(of element: Element) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether an array in order has an element.
    func has(_ element: Element) -> Bool {
        let place = place(of: element)
        return place < count && self[place] == element
    }
}

/// Numbers as bytes, the highest byte of each first.
enum PackedNumbers {
    static func bytes(_ numbers: some Collection<UInt64>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * numbers.count)
        for number in numbers {
            for shift in stride(from: UInt64(56), through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: number >> shift))
            }
        }
        return bytes
    }

    /// What bytes say; what is left over says nothing.
    static func numbers(_ bytes: [UInt8]) -> [UInt64] {
        let bytes = bytes.span
        var numbers: [UInt64] = []
        numbers.reserveCapacity(bytes.count / 8)
        var place = 0
        while place + 8 <= bytes.count {
            var number: UInt64 = 0
            for offset in 0..<8 { number = number << 8 | UInt64(bytes[place + offset]) }
            numbers.append(number)
            place += 8
        }
        return numbers
    }
}
