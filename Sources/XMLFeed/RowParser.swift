import CLibXML2

/// Why libxml2 or a bound refused a row.
struct RowFault: Error {
    let rule: BrokenRowRule
    let message: String
}

/// What a row's parser has seen so far; lives in memory of its own, which libxml2 hands back to the callbacks.
@safe struct RowState {
    let limits: XMLLimits
    var attributes: [XMLField] = []
    var fields: [XMLField] = []
    var text: [UInt8] = []
    var depth = 0
    var fault: RowFault?
    var names = NameTable()
    /// The place in a row of which the next name is expected.
    var fieldName = ""

    init(limits: XMLLimits) { self.limits = limits }

    mutating func begin() {
        attributes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        text.removeAll(keepingCapacity: true)
        depth = 0
        fault = nil
        names.begin()
    }

    mutating func refuse(_ rule: BrokenRowRule, _ message: String) {
        if fault == nil { fault = RowFault(rule: rule, message: message) }
    }

    /// The text of UTF-8, nil where it is none.
    ///
    /// Not by `String(validating:as:)`, which looks up its generic type's metadata each time.
    static func validated(_ bytes: Span<UInt8>) -> String? {
        guard let text = try? UTF8Span(validating: bytes) else { return nil }
        return String(copying: text)
    }

    /// Ends a field.
    mutating func endField() {
        guard let value = Self.validated(text.span) else { return refuse(.encoding, "A text cannot be decoded.") }
        fields.append(XMLField(name: fieldName, text: value))
        text.removeAll(keepingCapacity: true)
    }
}

/// Names by the address at which libxml2's dictionary keeps them, in the order of the last row: the next is mostly the next.
@safe struct NameTable {
    private var entries: [(local: UInt, prefix: UInt, name: String)] = []
    private var next = 0
    private(set) var isFull = false

    mutating func begin() { next = 0 }

    mutating func name(_ local: UnsafePointer<xmlChar>, _ prefix: UnsafePointer<xmlChar>?) -> String {
        let key = UInt(bitPattern: local)
        let prefixKey = UInt(bitPattern: prefix)
        if next < entries.count, entries[next].local == key, entries[next].prefix == prefixKey {
            next += 1
            return entries[next - 1].name
        }
        if let found = entries.firstIndex(where: { $0.local == key && $0.prefix == prefixKey }) {
            next = found + 1
            return entries[found].name
        }
        var name = unsafe String(cString: local)
        if let prefix = unsafe prefix { name = unsafe String(cString: prefix) + ":" + name }
        // Hostile documents must not make the table long.
        if entries.count < 256 {
            entries.append((key, prefixKey, name))
            next = entries.count
        } else {
            isFull = true
        }
        return name
    }
}

/// Parses rows one by one, each as a document of its own, with one context of libxml2 that it owns.
@safe final class RowParser {
    private var context: xmlParserCtxtPtr?
    private let state: UnsafeMutablePointer<RowState>

    init(limits: XMLLimits) {
        xmlInitParser()
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: RowState(limits: limits))
        renew()
    }

    /// Makes the context, afresh where hostile rows filled its dictionary with names.
    private func renew() {
        if let context = unsafe context { unsafe xmlFreeParserCtxt(context) }
        unsafe state.pointee.names = NameTable()
        unsafe context = xmlNewParserCtxt()
        guard let context = unsafe context else { return }
        unsafe Self.install(in: context)
        unsafe context.pointee.userData = UnsafeMutableRawPointer(state)
    }

    deinit {
        if let context = unsafe context { unsafe xmlFreeParserCtxt(context) }
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// With fewer bytes than this before the end libxml2 looks for more at every token, and of a row that is much of it;
    /// blanks behind the row spare that.
    static let readAhead = 256

    /// Parses one row in UTF-8.
    func parse(_ bytes: UnsafeRawBufferPointer) throws(RowFault) -> (attributes: [XMLField], fields: [XMLField]) {
        if unsafe state.pointee.names.isFull { renew() }
        guard let context = unsafe context, let count = Int32(exactly: bytes.count) else {
            throw RowFault(rule: .rowTooLarge, message: "The row is too large for the parser.")
        }
        unsafe state.pointee.begin()
        let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        unsafe _ = xmlCtxtReadMemory(context, start, count, nil, nil, ParserOptions.all)
        if let fault = unsafe state.pointee.fault { throw fault }
        if unsafe context.pointee.wellFormed == 0 {
            throw RowFault(rule: .malformed, message: "The row is not well-formed.")
        }
        return unsafe (state.pointee.attributes, state.pointee.fields)
    }

    private static func install(in context: xmlParserCtxtPtr) {
        guard let handler = unsafe context.pointee.sax else { return }
        unsafe handler.pointee = xmlSAXHandler()
        unsafe handler.pointee.initialized = UInt32(XML_SAX2_MAGIC)
        unsafe handler.pointee.startElementNs = { unsafe rowStart($0, $1, $2, $6, $8) }
        unsafe handler.pointee.endElementNs = { context, _, _, _ in unsafe rowEnd(context) }
        unsafe handler.pointee.characters = { unsafe rowText($0, $1, $2) }
        unsafe handler.pointee.ignorableWhitespace = { unsafe rowText($0, $1, $2) }
        unsafe handler.pointee.cdataBlock = { unsafe rowText($0, $1, $2) }
        unsafe handler.pointee.serror = { unsafe rowError($0, $1) }
    }
}

/// libxml2 hands `userData` to SAX callbacks: the row's state.
private func rowState(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<RowState>? {
    unsafe context?.assumingMemoryBound(to: RowState.self)
}

private func rowStart(
    _ context: UnsafeMutableRawPointer?,
    _ local: UnsafePointer<xmlChar>?,
    _ prefix: UnsafePointer<xmlChar>?,
    _ attributeCount: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) {
    guard let state = unsafe rowState(context), let local = unsafe local, unsafe state.pointee.fault == nil else {
        return
    }
    unsafe state.pointee.depth += 1
    let depth = unsafe state.pointee.depth
    let limits = unsafe state.pointee.limits
    if depth > limits.depth + 1 {
        unsafe state.pointee.refuse(.tooDeep, "The row is nested deeper than \(limits.depth).")
    }
    if Int(attributeCount) > limits.attributes {
        unsafe state.pointee.refuse(.tooManyAttributes, "An element has more than \(limits.attributes) attributes.")
    }
    guard unsafe state.pointee.fault == nil else { return }
    let name = unsafe state.pointee.names.name(local, prefix)
    if depth == 2 {
        unsafe state.pointee.fieldName = name
        unsafe state.pointee.text.removeAll(keepingCapacity: true)
    }
    guard depth == 1, let attributes = unsafe attributes else { return }
    for index in 0..<Int(attributeCount) {
        guard let local = unsafe attributes[index * 5], let start = unsafe attributes[index * 5 + 3],
            let end = unsafe attributes[index * 5 + 4]
        else { return }
        let name = unsafe state.pointee.names.name(local, attributes[index * 5 + 1])
        let bytes = unsafe UnsafeBufferPointer(start: start, count: end - start)
        guard bytes.count <= limits.text else {
            unsafe state.pointee.refuse(.textTooLong, "An attribute is longer than \(limits.text) bytes.")
            return
        }
        guard let value = unsafe RowState.validated(bytes.span) else {
            unsafe state.pointee.refuse(.encoding, "An attribute cannot be decoded.")
            return
        }
        unsafe state.pointee.attributes.append(XMLField(name: name, text: value))
    }
}

private func rowEnd(_ context: UnsafeMutableRawPointer?) {
    guard let state = unsafe rowState(context), unsafe state.pointee.fault == nil else { return }
    if unsafe state.pointee.depth == 2 { unsafe state.pointee.endField() }
    unsafe state.pointee.depth -= 1
}

private func rowText(_ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard let state = unsafe rowState(context), let text = unsafe text, unsafe state.pointee.fault == nil,
        unsafe state.pointee.depth >= 2
    else { return }
    let limit = unsafe state.pointee.limits.text
    guard unsafe state.pointee.text.count + Int(count) <= limit else {
        unsafe state.pointee.refuse(.textTooLong, "A text is longer than \(limit) bytes.")
        return
    }
    unsafe state.pointee.text.append(contentsOf: UnsafeBufferPointer(start: text, count: Int(count)))
}

private func rowError(_ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<xmlError>?) {
    guard let state = unsafe rowState(context), let error = unsafe error else { return }
    // Namespace errors are recoverable: agencies' prefixes are part of the names.
    guard unsafe error.pointee.level == XML_ERR_FATAL else { return }
    let code = unsafe error.pointee.code
    let isEncoding = code == Int32(XML_ERR_INVALID_ENCODING.rawValue)
    unsafe state.pointee.refuse(
        isEncoding ? .encoding : .malformed,
        isEncoding ? "A sequence cannot be decoded." : "Not well-formed: \(XMLErrorCode.phrase(code))."
    )
}
