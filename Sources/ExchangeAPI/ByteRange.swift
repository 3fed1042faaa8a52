/// What of a file is asked for by `Range` (RFC 9110 §14), of which there is one form here: one range of bytes.
enum ByteRange: Hashable {
    /// All of it: nothing was asked for that is understood.
    case whole
    /// From one byte to another, both included.
    case part(ClosedRange<Int64>)
    /// Nothing of it lies there.
    case unsatisfiable

    /// Reads the field.
    ///
    /// Several ranges, other units and what is no range are answered with the whole, as the standard allows and asks.
    /// - Parameters:
    ///   - field: the field `Range`; nil where it was not sent.
    ///   - condition: the field `If-Range`: the range counts only of that very file; nil where it was not sent.
    ///   - tag: the file's entity tag, a strong one.
    ///   - size: the file's size.
    init(_ field: String?, onlyIf condition: String?, tag: String, size: Int64) {
        guard let field, condition.map({ $0 == tag }) ?? true, let (first, last) = Self.bounds(field) else {
            self = .whole
            return
        }
        switch (first, last) {
        case (let first?, let last):
            if let last, last < first {
                self = .whole
            } else {
                self = first < size ? .part(first...min(last ?? .max, size - 1)) : .unsatisfiable
            }
        case (nil, let count?): self = count > 0 && size > 0 ? .part(max(0, size - count)...(size - 1)) : .unsatisfiable
        case (nil, nil): self = .whole
        }
    }

    /// `bytes=first-last`, of which one may be missing; nil for anything else.
    private static func bounds(_ field: String) -> (first: Int64?, last: Int64?)? {
        let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bytes" else { return nil }
        let range = parts[1].drop { $0 == " " || $0 == "\t" }
        let ends = range.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(ends[0]), let last = number(ends[1]),
            !(ends[0].isEmpty && ends[1].isEmpty)
        else { return nil }
        return (first, last)
    }

    /// Digits: the outer nil is for anything else, the inner for nothing.
    ///
    /// What is too large for any file is the greatest number.
    private static func number(_ text: Substring) -> Int64?? {
        if text.isEmpty { return .some(nil) }
        guard text.utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else { return nil }
        return .some(Int64(text) ?? .max)
    }
}
