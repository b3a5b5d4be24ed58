use gml_diagnostics::*;
fn main(){ for a in std::env::args().skip(1) {
  let text=std::fs::read_to_string(&a).unwrap();
  let mut s=Sources::new(); let id=s.add(a.clone(), text.clone());
  let p=gml_syntax::parse(id,&text);
  println!("{a}: {} items {} comments", p.module.items.len(), p.comments.len());
  for d in &p.diagnostics { let (l,c)=s.line_column(id,d.span.start); println!("  {a}:{l}:{c} {} {}\n      help: {:?} {:?}", d.code, d.message, d.help, d.labels.iter().map(|x|(s.line_column(id,x.span.start),&x.message)).collect::<Vec<_>>()); }
  if std::env::var("AST").is_ok() { println!("{:#?}", p.module); }
  let mut best=f64::MAX; for _ in 0..20 { let t=std::time::Instant::now(); let r=gml_syntax::parse(id,&text); best=best.min(t.elapsed().as_secs_f64()); drop(r);} 
  println!("  {:.1} MB/s", text.len() as f64/best/1e6);
}}
