public import CreditModel

/// Records of a journal, one a line: what is needed to choose among them is read without reading all of each.
///
/// A record is canonical JSON: each member has one form, and no text within it holds a quotation mark that is not escaped,
/// so a member's name with its marks and colon stands nowhere else.
public struct RecordText: Sendable {
    /// All lines, with a line feed between each two.
    public let bytes: [UInt8]
    /// Where each line lies in ``bytes``.
    public let lines: [Range<Int>]

    private static let lineFeed = UInt8(ascii: "\n")
    private static let quote = UInt8(ascii: "\"")
    private static let momentName = ByteSearch("\"at\":")
    private static let clientName = ByteSearch("\"client\":\"")
    private static let askedName = ByteSearch("\"asked\":[")

    /// Splits lines.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var lines: [Range<Int>] = []
        var start = 0
        let span = bytes.span
        for place in span.indices where span[place] == Self.lineFeed {
            lines.append(start..<place)
            start = place + 1
        }
        lines.append(start..<bytes.count)
        self.lines = lines
    }

    /// The record of a line.
    public func record(_ line: Int) -> [UInt8] { Array(bytes[lines[line]]) }

    /// Lines that hold all of some texts; of none, all lines.
    public func lines(holding texts: [ByteSearch]) -> [Int] {
        guard let first = texts.first else { return Array(lines.indices) }
        var found: [Int] = []
        var line = 0
        var from = 0
        while let place = first.first(in: bytes, from..<bytes.count) {
            while lines[line].upperBound <= place { line += 1 }
            if texts.dropFirst().allSatisfy({ $0.first(in: bytes, lines[line]) != nil }) { found.append(line) }
            from = lines[line].upperBound
        }
        return found
    }

    /// When the query of a line was made, in POSIX milliseconds; nil where that cannot be read.
    public func moment(_ line: Int) -> Int64? {
        guard var place = Self.momentName.end(in: bytes, lines[line]) else { return nil }
        let isNegative = bytes[place] == UInt8(ascii: "-")
        if isNegative { place += 1 }
        var moment: Int64 = 0
        while place < lines[line].upperBound, case let digit = bytes[place], 0x30...0x39 ~= digit {
            let (tens, isTooLarge) = moment.multipliedReportingOverflow(by: 10)
            guard !isTooLarge, tens <= .max - 9 else { return nil }
            moment = tens + Int64(digit - 0x30)
            place += 1
        }
        return isNegative ? -moment : moment
    }

    /// Who asked; nil where that cannot be read.
    public func client(_ line: Int) -> ClientID? {
        guard let place = Self.clientName.end(in: bytes, lines[line]) else { return nil }
        let end = min(place + ClientID.length, lines[line].upperBound)
        return ClientID(String(decoding: bytes[place..<end], as: UTF8.self))
    }

    /// What a line is found by: its client and the enterprises that it names.
    public func keys(_ line: Int) -> [JournalKey] {
        var keys = client(line).map { [JournalKey($0)] } ?? []
        guard var place = Self.askedName.end(in: bytes, lines[line]) else { return keys }
        // A list of texts, in which nothing has to be escaped.
        while place < lines[line].upperBound, bytes[place] != UInt8(ascii: "]") {
            guard bytes[place] == Self.quote else {
                place += 1
                continue
            }
            let text = bytes[(place + 1)..<lines[line].upperBound].prefix { $0 != Self.quote }
            if let id = EnterpriseID(String(decoding: text, as: UTF8.self)) { keys.append(JournalKey(id)) }
            place = text.endIndex + 1
        }
        return keys
    }
}

/// A short text that is looked for in long ones, by leaps over what cannot hold it (Horspool's way).
public struct ByteSearch: Sendable {
    private let text: [UInt8]
    private let leaps: [UInt8]

    /// Looks for a text of 1 to 255 bytes.
    init(_ text: String) {
        self.text = Array(text.utf8)
        var leaps = [UInt8](repeating: UInt8(clamping: self.text.count), count: 256)
        for (place, byte) in self.text.dropLast().enumerated() {
            leaps[Int(byte)] = UInt8(clamping: self.text.count - 1 - place)
        }
        self.leaps = leaps
    }

    /// The entry of a query.
    public init(_ query: QueryID) { self.init("\"id\":\"\(query)\"") }
    /// The entries of a client.
    public init(_ client: ClientID) { self.init("\"client\":\"\(client)\"") }
    /// Entries that may be about an enterprise, among others.
    public init(_ enterprise: EnterpriseID) { self.init("\"\(enterprise)\"") }

    /// Where it begins first.
    func first(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        let (bytes, text, leaps) = (bytes.span, text.span, leaps.span)
        let last = text.count - 1
        var end = range.lowerBound + last
        while end < range.upperBound {
            var back = 0
            while back <= last, bytes[end - back] == text[last - back] { back += 1 }
            if back > last { return end - last }
            end += Int(leaps[Int(bytes[end])])
        }
        return nil
    }

    /// Where what follows it begins; nil, too, where nothing follows.
    func end(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        guard let start = first(in: bytes, range), start + text.count < range.upperBound else { return nil }
        return start + text.count
    }
}
