#if canImport(Glibc)
import Glibc
#endif

/// Finds where rows begin in a document's bytes, without decoding them.
///
/// In UTF-8 and in GB18030 a byte 0x3C is always a `<`: no trail byte has that value.
struct FrameScanner {
    enum Finding {
        /// A row's start tag begins there.
        case row(Int)
        /// `<!DOCTYPE` before the first row.
        case doctype(Int)
        /// `<html`, in any case, before the first row.
        case html(Int)
        /// Nothing more in these bytes.
        case nothing
    }

    private let row: [UInt8]
    /// Where looking goes on.
    var place = 0
    /// Where looking for the end of the comment at `place` goes on.
    private var searched = 0
    /// Where the first end tag of the present row ends.
    var rowEnd: Int?

    init(row: [UInt8]) { self.row = row }

    /// The buffer's first `count` bytes are gone.
    mutating func drop(_ count: Int) {
        place -= count
        searched -= count
        rowEnd = rowEnd.map { $0 - count }
    }

    /// Looks for the next row.
    /// - Parameters:
    ///   - buffer: the bytes not yet dropped, in the same order as before.
    ///   - isEnded: whether nothing follows the buffer.
    ///   - isInRow: whether the row that began last is still open.
    ///   - reach: bytes after which a comment that does not end is none: one bad row must not swallow the next.
    /// - Returns: where a row begins or ends, if that can be said yet.
    mutating func next(in buffer: UnsafeRawBufferPointer, isEnded: Bool, isInRow: Bool, reach: Int) -> Finding {
        guard let base = buffer.baseAddress else { return .nothing }
        let count = buffer.count
        while place < count {
            guard let found = unsafe memchr(base + place, 0x3C, count - place) else {
                place = count
                return .nothing
            }
            place = unsafe UnsafeRawPointer(found) - base
            if !isEnded, count - place < max(row.count + 3, 10) { return .nothing }
            guard place + 1 < count else {
                place = count
                return .nothing
            }
            let second = unsafe buffer[place + 1]
            if second == UInt8(ascii: "!") || second == UInt8(ascii: "?") {
                guard unsafe !skip(buffer, isEnded: isEnded, reach: reach) else { continue }
                if isWaiting { return .nothing }
                if !isInRow, unsafe starts(buffer, at: place + 2, with: "DOCTYPE") { return .doctype(place) }
            } else if second == UInt8(ascii: "/") {
                if isInRow, rowEnd == nil, unsafe isRow(buffer, at: place + 2) {
                    // A tag that does not end within reach is none: waiting for it must not hold the document.
                    let close = unsafe memchr(base + place, 0x3E, min(count - place, reach))
                    rowEnd = unsafe close.map { unsafe UnsafeRawPointer($0) - base + 1 }
                    if rowEnd == nil, !isEnded, count - place < reach { return .nothing }
                }
            } else if unsafe isRow(buffer, at: place + 1) {
                return .row(place)
            } else if !isInRow, second | 0x20 == UInt8(ascii: "h"), unsafe starts(buffer, at: place + 1, with: "HTML") {
                return .html(place)
            }
            place += 1
        }
        return .nothing
    }

    /// Whether the comment at `place` may end in bytes to come.
    private var isWaiting = false

    /// Passes over a comment, a CDATA section or a processing instruction at `place`.
    /// - Returns: whether there is one and it ends.
    private mutating func skip(_ buffer: UnsafeRawBufferPointer, isEnded: Bool, reach: Int) -> Bool {
        isWaiting = false
        let end: StaticString
        let from: Int
        if unsafe buffer[place + 1] == UInt8(ascii: "?") {
            (end, from) = ("?>", place + 2)
        } else if unsafe starts(buffer, at: place + 2, with: "--") {
            (end, from) = ("-->", place + 4)
        } else if unsafe starts(buffer, at: place + 2, with: "[CDATA[") {
            (end, from) = ("]]>", place + 9)
        } else {
            return false
        }
        let start = max(from, searched)
        // What ends farther away than it may does not end: so it is in pieces, where nobody waits for it.
        if let found = unsafe self.end(end, in: buffer, from: start, notBefore: from), found - place <= reach {
            place = found
            searched = 0
            return true
        }
        searched = max(from, buffer.count - 2)
        isWaiting = !isEnded && buffer.count - place <= reach
        if !isWaiting { searched = 0 }
        return false
    }

    /// The place after the first `end` that begins at `first` or later; all ends end in `>`.
    private func end(_ end: StaticString, in buffer: UnsafeRawBufferPointer, from start: Int, notBefore first: Int)
        -> Int?
    {
        guard let base = buffer.baseAddress else { return nil }
        var next = start
        while next < buffer.count, let found = unsafe memchr(base + next, 0x3E, buffer.count - next) {
            next = unsafe UnsafeRawPointer(found) - base + 1
            let begin = next - end.utf8CodeUnitCount
            if begin >= first, unsafe starts(buffer, at: begin, with: end) { return next }
        }
        return nil
    }

    private func isRow(_ buffer: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start + row.count < buffer.count, unsafe buffer[start] == row[0] else { return false }
        for index in row.indices where unsafe buffer[start + index] != row[index] { return false }
        let next = unsafe buffer[start + row.count]
        return next == 0x20 || next == 0x3E || next == 0x2F || (9...13).contains(next)
    }

    private func starts(_ buffer: UnsafeRawBufferPointer, at start: Int, with text: StaticString) -> Bool {
        guard start + text.utf8CodeUnitCount <= buffer.count else { return false }
        for index in 0..<text.utf8CodeUnitCount {
            let byte = unsafe buffer[start + index]
            let isLetter = (0x61...0x7A).contains(byte)
            guard unsafe (isLetter ? byte & 0xDF : byte) == text.utf8Start[index] else { return false }
        }
        return true
    }
}
