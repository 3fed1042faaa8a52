#if canImport(Glibc)
import Glibc
#endif

/// Reads rows from a document of any length, in memory that does not grow with it.
///
/// Bytes go in by ``push(_:)``; ``next()`` gives what they hold, nil when it needs more; after ``finish()`` and the last
/// event, ``head()`` tells what was outside the rows. Each row is parsed alone, so that a broken one costs only itself.
package final class XMLFeedReader {
    private let shape: FeedShape
    private let limits: XMLLimits
    private let parser: RowParser
    private var decoder: Decoder?
    private var scanner = FrameScanner(row: [])
    private var buffer: [UInt8] = []
    /// Where the present frame begins in the buffer.
    private var frame = 0
    private var isInRow = false
    private var isEnded = false
    private var isDone = false
    private var html: [UInt8]?
    /// The encoding that the document itself tells; nil where it tells none.
    private var mark: FeedEncoding?
    /// Of the HTTP answer; only an HTML page, which is no document of an agency, is read by it.
    package var contentType: String?
    private var rowNumber = 0
    private var line = 1
    /// Of a row over its bound: what is kept, its identity, and its line; the rest is passed over.
    private var excess: (kept: [UInt8], identity: RowIdentity, line: Int)?
    private var headBytes: [UInt8] = []
    private var closing: [UInt8] = []
    /// The path of the element that the rows stand in, below the root, with a slash after it.
    private var rowsPath = ""
    private var wholeHead: XMLHead?
    /// What stands between rows, by its path: each is told once.
    private var between: [XMLElement] = []

    package init(shape: FeedShape, limits: XMLLimits) {
        self.shape = shape
        self.limits = limits
        parser = RowParser(limits: limits)
    }

    /// Takes the document's next bytes.
    package func push(_ bytes: UnsafeRawBufferPointer) {
        if frame > 1 << 18 || frame == buffer.count {
            buffer.removeSubrange(..<frame)
            scanner.drop(frame)
            frame = 0
        }
        unsafe buffer.append(contentsOf: bytes)
    }

    /// No bytes follow.
    package func finish() { isEnded = true }

    /// All that is outside the rows, once ``next()`` gave nil after ``finish()``.
    package func head() throws(XMLFeedError) -> XMLHead {
        guard var head = wholeHead else { throw .malformed("The document was not read to its end.") }
        head.elements += between
        return head
    }

    /// The next event; nil when more bytes are needed, or at the end.
    package func next() throws(XMLFeedError) -> XMLEvent? {
        guard !isDone else { return nil }
        if decoder == nil, try !begin() { return nil }
        if html != nil { return try collectPage() }
        let finding = unsafe buffer.withUnsafeBytes { bytes in
            unsafe scanner.next(in: bytes, isEnded: isEnded, isInRow: isInRow, reach: limits.row)
        }
        switch finding {
        case .row(let place):
            try checkHead(upTo: place)
            return try rowBegins(at: place)
        case .doctype(let place):
            try checkHead(upTo: place)
            let named = buffer[place...].prefix(limits.row).dropFirst(9)
            let rest = named.drop { $0 == 0x20 || (9...13).contains($0) }.prefix(4)
            if rest.count < 4, !isEnded, buffer.count - place < limits.row { return nil }
            guard String(decoding: rest, as: UTF8.self).uppercased() == "HTML" else {
                throw .hostile("The document carries a DTD.")
            }
            html = []
            return try collectPage()
        case .html(let place):
            try checkHead(upTo: place)
            html = []
            return try collectPage()
        case .nothing:
            if isEnded { return try end() }
            return try passOver()
        }
    }

    private func begin() throws(XMLFeedError) -> Bool {
        guard let prologue = try Prologue.read(buffer, isEnded: isEnded) else { return false }
        let place = buffer[prologue.count...].firstIndex { $0 != 0x20 && !(9...13).contains($0) }
        guard (place ?? buffer.count) - prologue.count <= limits.row else { throw headTooLarge }
        guard place != nil || isEnded else { return false }
        let first = place.map { buffer[$0] }
        guard first == UInt8(ascii: "<") else {
            throw .malformed(first == nil ? "The answer is empty." : "The answer is not XML.")
        }
        decoder = Decoder(prologue.encoding)
        if prologue.count > 0 { mark = prologue.encoding }
        scanner = FrameScanner(row: Self.bytes(of: shape.row, in: prologue.encoding))
        line += Self.lines(buffer[..<prologue.count])
        frame = prologue.count
        scanner.place = frame
        return true
    }

    // MARK: Rows

    private func rowBegins(at place: Int) throws(XMLFeedError) -> XMLEvent? {
        guard isInRow else {
            headBytes = Array(buffer[frame..<place])
            let (head, open) = try HeadParser.parse(utf8(headBytes[...]), limits: limits, isWhole: false)
            try checkRoot(head)
            guard !open.isEmpty else { throw .malformed("A row stands outside the document's root.") }
            rowsPath = open.dropFirst().map { "\($0)/" }.joined()
            closing = open.reversed().flatMap { Self.bytes(of: "</\($0)>", in: encoding) }
            startFrame(at: place)
            return .head(head)
        }
        let event = row(frame..<place, ending: place)
        startFrame(at: place)
        return event
    }

    private func startFrame(at place: Int) {
        line += Self.lines(buffer[frame..<place])
        frame = place
        isInRow = true
        scanner.rowEnd = nil
        scanner.place = place + 1
    }

    /// Decodes one row; where it cannot be, everything up to the next row is its bytes.
    private func row(_ range: Range<Int>, ending end: Int) -> XMLEvent {
        rowNumber += 1
        if let excess {
            var (kept, identity) = (excess.kept, excess.identity)
            self.excess = nil
            identity.add(buffer[range.lowerBound..<end])
            if kept.count < limits.kept { kept += buffer[range.lowerBound..<end].prefix(limits.kept - kept.count) }
            return broken(RowFault(rule: .rowTooLarge, message: tooLarge), kept, identity, excess.line)
        }
        // By the place of the next row, whatever stands between them: that is how a row in pieces is measured.
        guard end - range.lowerBound <= limits.row else {
            return brokenFrame(range.lowerBound..<end, RowFault(rule: .rowTooLarge, message: tooLarge))
        }
        // White space after a row is none of its bytes: a broken row that moves within a document is still the same.
        var upper = range.upperBound
        while upper > range.lowerBound, buffer[upper - 1] == 0x20 || (9...13).contains(buffer[upper - 1]) { upper -= 1 }
        let frame = range.lowerBound..<upper
        do throws(RowFault) {
            return try decoded(frame)
        } catch {
            return beforeOthers(frame) ?? brokenFrame(frame, error)
        }
    }

    private func decoded(_ range: Range<Int>) throws(RowFault) -> XMLEvent {
        let (attributes, fields) = try parse(range)
        return .row(
            XMLRow(
                attributes: attributes,
                fields: fields,
                original: Array(buffer[range]),
                row: rowNumber,
                line: line
            )
        )
    }

    /// A good row with elements of another name after it: those belong to the document's head.
    private func beforeOthers(_ range: Range<Int>) -> XMLEvent? {
        guard let end = ownEnd(in: range), range.lowerBound < end, end < range.upperBound,
            let row = try? decoded(range.lowerBound..<end), let others = try? utf8(buffer[end..<range.upperBound]),
            let (head, _) = try? HeadParser.parse(
                Array("<x>".utf8) + others + Array("</x>".utf8),
                limits: limits,
                isWhole: true
            )
        else { return nil }
        for var element in head.elements where between.count < 100 {
            element.path = rowsPath + element.path
            if !between.contains(where: { $0.path == element.path }) { between.append(element) }
        }
        return row
    }

    private var tooLarge: String { "The row is larger than \(limits.row) bytes." }

    private func parse(_ range: Range<Int>) throws(RowFault) -> (attributes: [XMLField], fields: [XMLField]) {
        let result: Result<(attributes: [XMLField], fields: [XMLField]), RowFault>? = unsafe buffer.withUnsafeBytes {
            bytes in
            unsafe decoder?.withUTF8(
                UnsafeRawBufferPointer(rebasing: bytes[range]),
                blanks: RowParser.readAhead
            ) { text in
                do throws(RowFault) { return unsafe .success(try parser.parse(text)) } catch { return .failure(error) }
            }
        }
        guard let result else { throw RowFault(rule: .encoding, message: "A sequence cannot be decoded.") }
        // What libxml2 calls an odd character may be no UTF-8 at all.
        if encoding == .utf8, case .failure(let fault) = result, fault.rule == .malformed,
            String(validating: buffer[range], as: UTF8.self) == nil
        {
            throw RowFault(rule: .encoding, message: "A sequence cannot be decoded.")
        }
        return try result.get()
    }

    private func brokenFrame(_ range: Range<Int>, _ fault: RowFault) -> XMLEvent {
        var identity = RowIdentity()
        identity.add(buffer[range])
        return broken(fault, Array(buffer[range].prefix(limits.kept)), identity, line)
    }

    private func broken(_ fault: RowFault, _ kept: [UInt8], _ identity: RowIdentity, _ line: Int) -> XMLEvent {
        .broken(
            XMLBrokenRow(
                rule: fault.rule,
                message: fault.message,
                original: kept,
                identity: identity,
                encoding: encoding,
                row: rowNumber,
                line: line
            )
        )
    }

    /// Lets go of what need not be held: the inside of a row over its bound.
    private func passOver() throws(XMLFeedError) -> XMLEvent? {
        let held = scanner.place - frame
        guard held > limits.row else { return nil }
        try checkHead(upTo: scanner.place)
        // The last bytes stay: the document may end here, and its end is told by them.
        let passed = frame..<max(frame, scanner.place - 4096)
        var state = excess ?? ([], RowIdentity(), line)
        state.identity.add(buffer[passed])
        if state.kept.count < limits.kept { state.kept += buffer[passed].prefix(limits.kept - state.kept.count) }
        excess = state
        line += Self.lines(buffer[passed])
        frame = passed.upperBound
        return nil
    }

    /// Refuses what is before the first row where it is too long; by its length alone, however it came.
    private func checkHead(upTo place: Int) throws(XMLFeedError) {
        if !isInRow, place - frame > limits.row { throw headTooLarge }
    }

    private var headTooLarge: XMLFeedError { .limit("The document's head is larger than \(limits.row) bytes.") }

    // MARK: The document's end

    private func end() throws(XMLFeedError) -> XMLEvent? {
        isDone = true
        try checkHead(upTo: buffer.count)
        guard isInRow else {
            let (head, _) = try HeadParser.parse(utf8(buffer[frame...]), limits: limits, isWhole: true)
            try checkRoot(head)
            wholeHead = head
            return .head(head)
        }
        // The last row counts with all that follows it: in pieces nobody could tell them apart.
        if excess == nil, buffer.count - frame > limits.row { excess = ([], RowIdentity(), line) }
        var tail = rowTail() ?? closingTail()
        if let start = tail, start != closingTail() {
            // A stray end tag after the last row must not cost the document.
            do throws(XMLFeedError) {
                wholeHead = try outside(from: start)
            } catch {
                guard let closed = closingTail() else { throw error }
                tail = closed
            }
        }
        guard let start = tail else { throw .malformed("The document was cut off.") }
        if wholeHead == nil { wholeHead = try outside(from: start) }
        return row(frame..<start, ending: start)
    }

    private func outside(from start: Int) throws(XMLFeedError) -> XMLHead {
        try HeadParser.parse(utf8(headBytes[...]) + utf8(buffer[start...]), limits: limits, isWhole: true).head
    }

    /// Where the last row ends by its own end tag or by its empty-element tag.
    private func rowTail() -> Int? {
        excess == nil ? ownEnd(in: frame..<buffer.count) : nil
    }

    /// Where a row ends by its own end tag or by its empty-element tag, whatever follows.
    private func ownEnd(in range: Range<Int>) -> Int? {
        if let end = scanner.rowEnd { return end }
        var quote: UInt8?
        for place in range {
            let byte = buffer[place]
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == 0x22 || byte == 0x27 {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                return buffer[place - 1] == UInt8(ascii: "/") ? place + 1 : nil
            }
        }
        return nil
    }

    /// Where the end tags of what is open around the rows begin, if the document ends with them.
    private func closingTail() -> Int? {
        var place = buffer.count
        for wanted in closing.reversed() {
            while place > frame, buffer[place - 1] == 0x20 || (9...13).contains(buffer[place - 1]) { place -= 1 }
            guard place > frame, buffer[place - 1] == wanted else { return nil }
            place -= 1
        }
        return place
    }

    private func checkRoot(_ head: XMLHead) throws(XMLFeedError) {
        guard head.root == shape.root else { throw .malformed("The document's root is not \(shape.root).") }
    }

    /// Waits for an HTML page's title.
    private func collectPage() throws(XMLFeedError) -> XMLEvent? {
        guard isEnded || buffer.count - frame > 64 << 10 else { return nil }
        let page = Array(buffer[frame...].prefix(64 << 10))
        throw .html(title: HTMLTitle(page, mark: mark, contentType: contentType).text)
    }

    // MARK: Bytes

    private var encoding: FeedEncoding { decoder?.encoding ?? .utf8 }

    private func utf8(_ bytes: ArraySlice<UInt8>) throws(XMLFeedError) -> [UInt8] {
        let decoded: [UInt8]?? = unsafe bytes.withUnsafeBytes { raw in
            unsafe decoder?.withUTF8(raw) { unsafe [UInt8]($0) }
        }
        guard let decoded, let text = decoded else {
            throw .malformed("The document cannot be decoded outside its rows.")
        }
        return text
    }

    private static func bytes(of name: String, in encoding: FeedEncoding) -> [UInt8] {
        Decoder.encode(name, into: encoding)
    }

    private static func lines(_ bytes: ArraySlice<UInt8>) -> Int {
        unsafe bytes.withUnsafeBytes { buffer in
            guard var place = buffer.baseAddress else { return 0 }
            let end = unsafe place + buffer.count
            var count = 0
            while let found = unsafe memchr(place, 0x0A, end - place) {
                count += 1
                unsafe place = UnsafeRawPointer(found) + 1
            }
            return count
        }
    }
}
