//! The bare echo that the collector is measured against: the same TLS, the same HTTP library, nothing behind it.
//! Runs as a process of its own, so that it pays for its own CPU as the collector does.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Serves until killed. Reads `root.pem`, `chain.pem` and `key.pem` from `folder`, prints its address as its first line,
/// and answers every request with `reply_bytes` bytes of JSON once it has read the whole of it.
pub(crate) async fn serve(folder: &Path, reply_bytes: usize) -> anyhow::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    serve_on(listener, folder, reply_bytes).await
}

async fn serve_on(listener: TcpListener, folder: &Path, reply_bytes: usize) -> anyhow::Result<()> {
    let acceptor = TlsAcceptor::from(Arc::new(tls(folder)?));
    let reply = Bytes::from(format!("\"{}\"", "e".repeat(reply_bytes.saturating_sub(2))));
    loop {
        let (tcp, _) = listener.accept().await?;
        let (acceptor, reply) = (acceptor.clone(), reply.clone());
        tokio::spawn(async move {
            tcp.set_nodelay(true)?;
            let stream = acceptor.accept(tcp).await?;
            let echo = service_fn(move |request: Request<Incoming>| {
                let reply = reply.clone();
                async move {
                    // A body that breaks off ends the connection; there is nobody to tell.
                    let _ = request.into_body().collect().await;
                    Ok::<_, Infallible>(Response::new(Full::new(reply)))
                }
            });
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), echo).await?;
            anyhow::Ok(())
        });
    }
}

fn tls(folder: &Path) -> anyhow::Result<ServerConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("root.pem"))?)?;
    let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build()?;
    let chain = CertificateDer::pem_file_iter(folder.join("chain.pem"))?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(folder.join("key.pem"))?;
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_client_cert_verifier(clients)
        .with_single_cert(chain, key)
        .context("the echo's certificate")?;
    config.ticketer = rustls::crypto::ring::Ticketer::new()?;
    config.send_tls13_tickets = 1;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use hashimori_tests::waiting::PATIENCE;

    use super::*;
    use crate::authority::Authority;
    use crate::drive::{Pace, Shape, run};
    use crate::fleet::Shadow;

    #[tokio::test]
    async fn each_shape_connects_as_its_name_says() -> anyhow::Result<()> {
        let folder = tempfile::tempdir()?;
        let authority = Authority::new()?;
        authority.write_for_server(folder.path())?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let server = tokio::spawn({
            let folder = folder.path().to_owned();
            async move { serve_on(listener, &folder, 100).await }
        });
        for shape in [Shape::Kept, Shape::Resumed, Shape::Full] {
            let shadow = Shadow::new(&authority, &(b"{}".to_vec(), b"[]".to_vec()), 50, 0)?.shaped(shape);
            let pace = Pace { workers: 1, duration: PATIENCE, most: 4, rate: None };
            let (_, tally) = run(shape, address, "/", vec![shadow], pace).await?;
            assert_eq!((tally.failed, tally.shed), (0, 0), "{:?}", tally.example);
            assert_eq!(tally.done, 4, "{shape:?}");
            let resumed = if shape == Shape::Resumed { 3 } else { 0 };
            assert_eq!(tally.resumed, resumed, "{shape:?} of {}", tally.done);
        }
        server.abort();
        Ok(())
    }
}
