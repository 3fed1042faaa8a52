import CCurl

/// Speaks HTTP/1.1 with one agency, over connections that are kept from request to request; for one thread at a time.
@safe package final class HTTPConnection: Carrier {
    /// libcurl wants its global set-up once, before any thread uses it.
    private static let isSetUp: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let easy: UnsafeMutableRawPointer?
    private let multi: UnsafeMutableRawPointer?

    package init() {
        let isSetUp = Self.isSetUp
        unsafe easy = isSetUp ? curl_easy_init() : nil
        unsafe multi = isSetUp ? curl_multi_init() : nil
    }

    deinit {
        if let easy = unsafe easy { unsafe curl_easy_cleanup(easy) }
        if let multi = unsafe multi { unsafe _ = curl_multi_cleanup(multi) }
    }

    /// Sends the request and hands over the body as it comes; the receiver may block, and holds the socket back by that.
    ///
    /// Redirects are followed to the same scheme, host and port only; their bodies are not handed over.
    package func perform(
        _ request: TransportRequest,
        limits: TransportLimits,
        isStopped: @escaping () -> Bool,
        receive: @escaping BodyReceiver
    ) throws(TransportError) -> TransportResponse {
        guard let origin = WebAddress(request.url) else {
            throw TransportError(.request, "The address is not an absolute http or https address without credentials.")
        }
        var request = request
        for _ in 0...limits.redirects {
            let transfer = unsafe Transfer(limits: limits, isStopped: isStopped, receive: receive)
            try exchange(request, transfer)
            guard [301, 302, 303, 307, 308].contains(transfer.response.status) else { return transfer.response }
            guard let target = redirectTarget() else {
                throw TransportError(.unreachable, "\(WebAddress.shown(request.url)) redirects to nowhere.")
            }
            guard WebAddress(target) == origin else {
                throw TransportError(.hostile, "\(WebAddress.shown(request.url)) redirects to another place; refused.")
            }
            request.url = target
            if transfer.response.status == 303 { (request.isPost, request.body) = (false, []) }
        }
        throw TransportError(
            .unreachable,
            "\(WebAddress.shown(request.url)) redirects more than \(limits.redirects) times."
        )
    }

    private func redirectTarget() -> String? {
        guard let easy = unsafe easy else { return nil }
        var target: UnsafeMutablePointer<CChar>?
        guard unsafe suixin_curl_get_string(easy, CURLINFO_REDIRECT_URL, &target) == CURLE_OK, let text = unsafe target
        else {
            return nil
        }
        // libcurl writes the request's own credentials into it.
        return unsafe WebAddress.withoutCredentials(String(cString: text))
    }

    /// One request and its answer, whatever its status.
    func exchange(
        _ request: TransportRequest,
        _ transfer: Transfer,
        guarded: SocketGuard? = nil
    ) throws(TransportError) {
        guard let easy = unsafe easy, let multi = unsafe multi else {
            throw TransportError(.local, "libcurl could not be set up.")
        }
        unsafe curl_easy_reset(easy)
        let setUp = unsafe CurlSetUp(easy)
        var body = request.body
        let list = unsafe try setUp.apply(request, transfer)
        let pins = unsafe guarded?.apply(to: setUp)
        defer {
            unsafe curl_slist_free_all(list)
            unsafe curl_slist_free_all(pins)
        }
        let outcome: Result<Void, TransportError> = unsafe body.withUnsafeMutableBytes { bytes in
            if request.isPost {
                setUp.offset(CURLOPT_POSTFIELDSIZE_LARGE, bytes.count)
                unsafe setUp.pointer(CURLOPT_POSTFIELDS, bytes.baseAddress)
            }
            let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
            unsafe setUp.pointer(CURLOPT_WRITEDATA, context)
            unsafe setUp.pointer(CURLOPT_HEADERDATA, context)
            unsafe setUp.data(CURLOPT_WRITEFUNCTION) { unsafe transferBody($0, $1, $2, $3) }
            unsafe setUp.data(CURLOPT_HEADERFUNCTION) { unsafe transferHeader($0, $1, $2, $3) }
            return withExtendedLifetime((transfer, guarded)) {
                do throws(TransportError) { return unsafe .success(try drive(easy, multi, transfer)) } catch {
                    return .failure(error)
                }
            }
        }
        if case .failure(let error) = outcome {
            throw TransportError(error.kind, "\(WebAddress.shown(request.url)): \(error.message)")
        }
    }

    /// Drives the exchange to its end, watching the clocks; libcurl's own look at them once a second only.
    private func drive(
        _ easy: UnsafeMutableRawPointer,
        _ multi: UnsafeMutableRawPointer,
        _ transfer: Transfer
    ) throws(TransportError) {
        guard unsafe curl_multi_add_handle(multi, easy) == CURLM_OK else {
            throw TransportError(.local, "libcurl takes no request.")
        }
        defer { unsafe _ = curl_multi_remove_handle(multi, easy) }
        transfer.clockStarts()
        var running: Int32 = 1
        while true {
            guard unsafe curl_multi_perform(multi, &running) == CURLM_OK else {
                throw TransportError(.local, "libcurl failed.")
            }
            if let error = transfer.error { throw error }
            if running == 0 { break }
            if transfer.isStopped() { throw TransportError(.stopped, "Stopped.") }
            var connected: curl_off_t = 0
            unsafe _ = suixin_curl_get_offset(easy, CURLINFO_PRETRANSFER_TIME_T, &connected)
            let wait = try transfer.timeLeft(connectedAfter: Int(connected / 1000), isConnected: connected > 0)
            unsafe _ = curl_multi_poll(multi, nil, 0, Int32(clamping: min(max(wait, 1), 100)), nil)
        }
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            if let error = unsafe TransportError(message.pointee.data.result) { throw error }
        }
        guard transfer.isHeadComplete else { throw TransportError(.unreachable, "The answer was cut off in its head.") }
    }
}

extension TransportError {
    /// What libcurl's result means; nil for success.
    init?(_ code: CURLcode) {
        switch code {
        case CURLE_OK: return nil
        case CURLE_COULDNT_RESOLVE_HOST: self.init(.unreachable, "the host is not known")
        case CURLE_COULDNT_CONNECT: self.init(.unreachable, "the connection was refused")
        case CURLE_OPERATION_TIMEDOUT: self.init(.unreachable, "no connection in time")
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING: self.init(.unreachable, "the answer was cut off")
        case CURLE_RECV_ERROR, CURLE_SEND_ERROR: self.init(.unreachable, "the connection was reset")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM:
            self.init(.untrusted, "its certificate is not trusted")
        case CURLE_URL_MALFORMAT: self.init(.request, "the address is malformed")
        case CURLE_OUT_OF_MEMORY: self.init(.local, "no memory")
        default: self.init(.unreachable, unsafe String(cString: curl_easy_strerror(code)))
        }
    }
}
