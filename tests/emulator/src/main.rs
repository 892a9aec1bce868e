//! `zhibu-provider-double [aliyun-port tencent-port control-port]`: the emulator as a program. It says where it listens
//! and runs until it is stopped.

use zhibu_emulator::Double;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let given: Vec<u16> = std::env::args().skip(1).filter_map(|port| port.parse().ok()).collect();
    let double = Double::on(given.try_into().unwrap_or([0; 3])).await?;
    #[expect(clippy::print_stdout, reason = "whoever starts it reads this")]
    {
        println!("aliyun  http://{}/", double.aliyun);
        println!("tencent http://{}/", double.tencent);
        println!("control http://{}/_ctl/", double.control);
    }
    std::future::pending().await
}
