import CLibXML2

/// What the parser of a document's outside has seen so far.
@safe struct HeadState {
    let limits: XMLLimits
    var root: String?
    var rootAttributes: [XMLField] = []
    var elements: [XMLElement] = []
    /// Open elements below the root: their place in `elements`.
    var open: [Int] = []
    var isRootOpen = false
    var error: XMLFeedError?
    var wasCut = false

    mutating func refuse(_ error: XMLFeedError) {
        if self.error == nil { self.error = error }
    }

    mutating func start(_ name: String, _ attributes: [XMLField]) {
        guard root != nil else {
            root = name
            rootAttributes = attributes
            isRootOpen = true
            return
        }
        guard open.count < limits.depth, elements.count < 10_000 else {
            return refuse(.limit("The document's head is nested too deeply or too long."))
        }
        let path = open.last.map { elements[$0].path + "/" + name } ?? name
        open.append(elements.count)
        elements.append(XMLElement(path: path, text: "", attributes: attributes))
    }

    mutating func end() {
        if open.popLast() == nil { isRootOpen = false }
    }

    mutating func characters(_ text: UnsafeBufferPointer<UInt8>) {
        guard let place = open.last else { return }
        guard let value = unsafe String(validating: text, as: UTF8.self) else {
            return refuse(.malformed("The document's head cannot be decoded."))
        }
        elements[place].text += value
        if elements[place].text.utf8.count > limits.text {
            refuse(.limit("A text in the document's head is too long."))
        }
    }
}

/// Parses all of a document that is outside its rows.
enum HeadParser {
    /// - Parameters:
    ///   - bytes: the document without its rows.
    ///   - limits: bounds on texts, depth and attributes.
    ///   - isWhole: whether the document's end must be there; if not, it may stop inside elements.
    /// - Returns: what was read, and the names of the elements that are still open, the outermost first.
    /// - Throws: ``XMLFeedError`` where the document is malformed, hostile or over a limit.
    static func parse(
        _ bytes: [UInt8],
        limits: XMLLimits,
        isWhole: Bool
    ) throws(XMLFeedError) -> (head: XMLHead, open: [String]) {
        var state = HeadState(limits: limits)
        let isWellFormed = unsafe withUnsafeMutablePointer(to: &state) { unsafe run(bytes, $0) }
        if let error = state.error { throw error }
        if isWhole, state.wasCut || !isWellFormed {
            throw .malformed(state.wasCut ? "The document was cut off." : "The document is not well-formed.")
        }
        guard let root = state.root else { throw .malformed("The document has no root element.") }
        let head = XMLHead(root: root, attributes: state.rootAttributes, elements: state.elements)
        let inner = state.open.map { place in
            state.elements[place].path.split(separator: "/").last.map(String.init) ?? ""
        }
        return (head, state.isRootOpen ? [root] + inner : [])
    }

    private static func run(_ bytes: [UInt8], _ state: UnsafeMutablePointer<HeadState>) -> Bool {
        guard let context = unsafe xmlNewParserCtxt() else { return false }
        defer { unsafe xmlFreeParserCtxt(context) }
        guard let handler = unsafe context.pointee.sax, let count = Int32(exactly: bytes.count) else { return false }
        unsafe handler.pointee = xmlSAXHandler()
        unsafe handler.pointee.initialized = UInt32(XML_SAX2_MAGIC)
        unsafe handler.pointee.internalSubset = { context, _, _, _ in
            unsafe headState(context)?.pointee.refuse(.hostile("The document carries a DTD."))
        }
        unsafe handler.pointee.startElementNs = { unsafe headStart($0, $1, $2, $6, $8) }
        unsafe handler.pointee.endElementNs = { context, _, _, _ in unsafe headState(context)?.pointee.end() }
        unsafe handler.pointee.characters = { unsafe headText($0, $1, $2) }
        unsafe handler.pointee.ignorableWhitespace = { unsafe headText($0, $1, $2) }
        unsafe handler.pointee.cdataBlock = { unsafe headText($0, $1, $2) }
        unsafe handler.pointee.serror = { unsafe headError($0, $1) }
        unsafe context.pointee.userData = UnsafeMutableRawPointer(state)
        unsafe bytes.withUnsafeBytes { buffer in
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            unsafe _ = xmlCtxtReadMemory(context, start, count, nil, nil, ParserOptions.all)
        }
        return unsafe context.pointee.wellFormed != 0
    }
}

private func headState(_ context: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<HeadState>? {
    unsafe context?.assumingMemoryBound(to: HeadState.self)
}

private func headStart(
    _ context: UnsafeMutableRawPointer?,
    _ local: UnsafePointer<xmlChar>?,
    _ prefix: UnsafePointer<xmlChar>?,
    _ attributeCount: Int32,
    _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
) {
    guard let state = unsafe headState(context), let local = unsafe local, unsafe state.pointee.error == nil else {
        return
    }
    guard unsafe Int(attributeCount) <= state.pointee.limits.attributes else {
        unsafe state.pointee.refuse(.limit("An element of the document's head has too many attributes."))
        return
    }
    var fields: [XMLField] = []
    if let attributes = unsafe attributes {
        for index in 0..<Int(attributeCount) {
            guard let local = unsafe attributes[index * 5], let start = unsafe attributes[index * 5 + 3],
                let end = unsafe attributes[index * 5 + 4]
            else { return }
            let bytes = unsafe UnsafeBufferPointer(start: start, count: end - start)
            guard let value = unsafe String(validating: bytes, as: UTF8.self) else {
                unsafe state.pointee.refuse(.malformed("The document's head cannot be decoded."))
                return
            }
            fields.append(XMLField(name: unsafe qualified(local, attributes[index * 5 + 1]), text: value))
        }
    }
    unsafe state.pointee.start(qualified(local, prefix), fields)
}

private func qualified(_ local: UnsafePointer<xmlChar>, _ prefix: UnsafePointer<xmlChar>?) -> String {
    let name = unsafe String(cString: local)
    guard let prefix = unsafe prefix else { return name }
    return unsafe String(cString: prefix) + ":" + name
}

private func headText(_ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<xmlChar>?, _ count: Int32) {
    guard let state = unsafe headState(context), let text = unsafe text, unsafe state.pointee.error == nil else {
        return
    }
    unsafe state.pointee.characters(UnsafeBufferPointer(start: text, count: Int(count)))
}

private func headError(_ context: UnsafeMutableRawPointer?, _ error: UnsafeMutablePointer<xmlError>?) {
    guard let state = unsafe headState(context), let error = unsafe error else { return }
    guard unsafe error.pointee.level == XML_ERR_FATAL, unsafe !state.pointee.wasCut else { return }
    let code = unsafe error.pointee.code
    if code == Int32(XML_ERR_TAG_NOT_FINISHED.rawValue) {
        unsafe state.pointee.wasCut = true
    } else {
        unsafe state.pointee.refuse(.malformed("The document is not well-formed: \(XMLErrorCode.phrase(code))."))
    }
}
