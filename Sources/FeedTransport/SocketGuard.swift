import CCurl
import Glibc

/// The addresses to which one exchange may connect, in the words of libcurl.
@safe final class SocketGuard {
    private let allowed: Set<NetworkAddress>
    /// `host:port:address,…`: what libcurl takes for the answer of DNS.
    private let answer: String?

    init(_ address: OutboundAddress, _ addresses: [NetworkAddress]) {
        allowed = Set(addresses)
        let list = addresses.map { $0.isVersion6 ? "[\($0)]" : "\($0)" }.joined(separator: ",")
        answer = address.literal == nil ? "\(address.host):\(address.port):\(list)" : nil
    }

    /// Makes an exchange obey.
    /// - Returns: a list that the caller frees after the exchange.
    func apply(to setUp: CurlSetUp) -> UnsafeMutablePointer<curl_slist>? {
        unsafe setUp.pointer(CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        unsafe setUp.openSocket { unsafe openGuardedSocket($0, $1, $2) }
        guard let answer else { return nil }
        let list = unsafe curl_slist_append(nil, answer)
        unsafe setUp.pointer(CURLOPT_RESOLVE, UnsafeMutableRawPointer(list))
        return unsafe list
    }

    /// Opens a socket to an address that was checked, and to no other.
    fileprivate func open(_ wanted: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        let family = unsafe wanted.pointee.family
        guard let offset = MemoryLayout<curl_sockaddr>.offset(of: \.addr),
            // What lies behind is longer than the type says: libcurl keeps space for any address.
            let address = unsafe NetworkAddress(UnsafeRawPointer(wanted) + offset, family: family),
            allowed.contains(address)
        else { return curl_socket_t(-1) }
        return unsafe socket(
            family,
            wanted.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
            wanted.pointee.`protocol`
        )
    }
}

private func openGuardedSocket(
    _ context: UnsafeMutableRawPointer?,
    _ purpose: curlsocktype,
    _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let context = unsafe context, let address = unsafe address, purpose == CURLSOCKTYPE_IPCXN else {
        return curl_socket_t(-1)
    }
    let guardian = unsafe Unmanaged<SocketGuard>.fromOpaque(context).takeUnretainedValue()
    return unsafe guardian.open(address)
}
