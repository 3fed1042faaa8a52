import CCurl

/// Sets the options of one exchange.
@safe struct CurlSetUp {
    private let easy: UnsafeMutableRawPointer

    init(_ easy: UnsafeMutableRawPointer) { unsafe self.easy = easy }

    func offset(_ option: CURLoption, _ value: Int) {
        unsafe _ = suixin_curl_set_offset(easy, option, curl_off_t(value))
    }
    func pointer(_ option: CURLoption, _ value: UnsafeMutableRawPointer?) {
        unsafe _ = suixin_curl_set_pointer(easy, option, value)
    }
    func data(_ option: CURLoption, _ value: suixin_curl_data_callback) {
        unsafe _ = suixin_curl_set_data_callback(easy, option, value)
    }
    func openSocket(_ value: suixin_curl_open_socket_callback) {
        unsafe _ = suixin_curl_set_open_socket_callback(easy, value)
    }
    private func long(_ option: CURLoption, _ value: Int) { unsafe _ = suixin_curl_set_long(easy, option, value) }
    private func text(_ option: CURLoption, _ value: String) { unsafe _ = suixin_curl_set_string(easy, option, value) }

    /// - Returns: the list of headers, which the caller frees after the exchange.
    func apply(
        _ request: TransportRequest,
        _ transfer: Transfer
    ) throws(TransportError) -> UnsafeMutablePointer<curl_slist>? {
        var lines = ["Accept-Encoding: identity", "Expect:"]
        for (name, value) in request.headers {
            let isToken = !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ":") }
            guard isToken, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw TransportError(.request, "A header has a line break or another character that it may not have.")
            }
            // libcurl drops a header without a value, unless it ends in a semicolon.
            lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        text(CURLOPT_URL, request.url)
        text(CURLOPT_PROTOCOLS_STR, "http,https")
        text(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        text(CURLOPT_PROXY, "")
        text(CURLOPT_USERAGENT, "suixin")
        long(CURLOPT_NOSIGNAL, 1)
        long(CURLOPT_FOLLOWLOCATION, 0)
        long(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        long(CURLOPT_CONNECTTIMEOUT_MS, max(1, transfer.limits.connect))
        long(CURLOPT_BUFFERSIZE, 128 << 10)
        if let user = request.user {
            // CURLAUTH_BASIC, a macro with a cast, which Swift does not see.
            long(CURLOPT_HTTPAUTH, 1)
            text(CURLOPT_USERNAME, user)
            text(CURLOPT_PASSWORD, request.password ?? "")
        }
        if request.isPost { long(CURLOPT_POST, 1) }
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines { unsafe list = curl_slist_append(list, line) }
        unsafe pointer(CURLOPT_HTTPHEADER, UnsafeMutableRawPointer(list))
        return unsafe list
    }
}
